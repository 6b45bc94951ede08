"""What the ear hears: frames of 20 ms, tones, the rhythm of speech, announcements. Pure over samples.

`telephony.answer_kind` puts the parts together; `memory` and `worker` are the shell round them.
"""
