"""What is said in the part that judges: written when the rules were finished, and nothing was changed after they
were judged with it. No greeting of it is in the other parts (tests/telephony/test_labelled_parts.py)."""

from __future__ import annotations

from tests.telephony.labelled_words import Words

FRESH = Words(
    person={
        "zh": (
            "喂你好，哪位", "喂？喂？", "喂，嗯，怎么说", "您好，我是", "哎，在呢", "喂，谁啊这是", "你好，哪里",
            "嗯，您讲", "喂，干嘛", "喂，妈", "老张，什么事", "喂，听得见", "你谁啊", "喂您好，请说", "哎您好您好",
            "对，我就是", "喂，说话", "有事说事", "喂，您贵姓", "是的，请讲", "哈喽", "喂，找我吗", "我在，你说",
            "喂，刚才没听清",
        ),
        "en": (
            "Hello, this is John speaking.", "Yes, hello?", "Hello? Hello?", "Hey, what's up?", "Yo.", "Mm-hm?",
            "Hi, Rachel speaking.", "Who am I talking to?", "Yes, this is she.", "Hello, can you hear me?",
            "Morning, Frank here.", "Hey there.", "Yeah, it's me.", "Okay, go on.", "Hello, Jenkins.",
            "What do you want?", "Hi, sorry, who's that?", "Hallo.", "Yes, how can I help?", "Hey honey.",
            "Oh, hi.", "Hold on a second.",
        ),
    },
    person_long={
        "zh": (
            "您好，阳光花园物业，请问您是哪一户？", "喂，你好你好，我正在开车，你有什么事情快说",
            "你好，长江汽车修理厂，您要修车吗", "喂，我是他爱人，您找他有什么事吗",
        ),
        "en": (
            "Hello, Fischer and Partners, you're speaking with Diana.", "Yes, good morning, who am I speaking with please?",
            "Riverside hotel, front desk, this is Oliver.", "Hi, I'm just in a meeting, could you make it quick?",
        ),
    },
    machine={
        "zh": (
            "您好，您拨打的用户暂时无法接通，请稍后再拨。",
            "您拨打的电话正在通话中，请不要挂机，或稍后再拨。",
            "您好，我现在在飞机上，落地以后给您回电话，请先留言。",
            "机主已开启防打扰助手，请说出您的来意。",
            "您已进入留言信箱，嘟声后请说，说完请挂机。",
            "您好，这里是红星家居客服中心，现在是休息时间，请明天上午再拨。",
            "你好啊，我出去旅游了，有急事请发短信，再见。",
            "温馨提示，您所拨打的手机号码已过户，请核实后再拨。",
            "嗨，我是周婷，我没接到电话就是在忙，给我留个言吧。",
            "您好，这是自动应答，请在听到提示声之后，留下您的电话。",
            "非常抱歉，本线路目前繁忙，请耐心等待，我们将尽快为您接入。",
            "您好，我是小爱电话助手，主人现在不方便，请问您找他有何贵干？",
        ),
        "en": (
            "Hi, you've reached the voicemail of Daniel Cooper. Please leave your name and number.",
            "Hello, we can't come to the phone at the moment. Leave a message and have a nice day.",
            "You've reached the Hendersons. We're probably out in the garden. Talk to the machine.",
            "The subscriber you have dialled is currently unavailable. Please try again in a few minutes.",
            "Greetings. No one is home. After the beep, tell us what you need.",
            "This mailbox belongs to extension four zero two. Record at the tone.",
            "Yo, it's Kevin, you know what to do.",
            "Hi there, I'm out of the office until Tuesday. For urgent matters, please call my assistant.",
            "Thanks for calling Northwind Energy. This call may be recorded for quality purposes.",
            "Sorry, that number is not accepting calls right now. Goodbye.",
            "Please hold while I try to connect you. If you'd like to leave a message, press one.",
            "Hello? Just kidding, I'm not here. Leave a message.",
        ),
    },
)  # fmt: skip
