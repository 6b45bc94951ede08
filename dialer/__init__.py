"""The product: campaigns, the compliance gate, call control and promises."""
