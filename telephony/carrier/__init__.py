"""The simulated carrier: a real SIP peer with invented customers, on loopback only."""
