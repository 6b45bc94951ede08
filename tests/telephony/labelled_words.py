"""What is said in the labelled set. TRAIN: the rules were made with it. TUNE: other words, with which their limits
were set. The words that judge are in labelled_fresh.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Texts by language (zh, en)."""

    person: dict[str, tuple[str, ...]]
    person_long: dict[str, tuple[str, ...]]
    machine: dict[str, tuple[str, ...]]


TRAIN = Words(
    person={
        "zh": (
            "喂", "喂？", "喂，你好", "你好", "您好", "喂，哪位", "哪位？", "谁呀", "喂喂", "嗯，你说", "讲",
            "喂，找谁？", "您好，哪位？", "喂，您好", "请问哪位", "喂，你好，哪位啊？", "哎", "喂，谁啊",
            "嗯？", "你好，请讲", "是我", "喂，什么事", "您是哪位", "喂，我在听", "说吧", "哦，你好",
            "喂？听得到吗", "你哪位呀？", "我是，您说", "喂，早上好", "在的", "喂，您找谁呀？",
        ),
        "en": (
            "Hello?", "Hello.", "Yes?", "Hi.", "Yeah, hello?", "Hello, who is this?", "Speaking.",
            "Good morning.", "Hello, this is Maria.", "Who's calling?", "Hi, John here.", "Smith residence.",
            "Hello, yes?", "Hiya.", "Good afternoon.", "Who is this?", "This is Tom.", "Yep?",
            "Hello, Anna here.", "Can I help you?", "Evening.", "Hello, how can I help?", "Yes, speaking.",
            "Hi, it's Laura.",
        ),
    },
    person_long={
        "zh": (
            "喂，您好，请问您找哪位啊？", "您好，这里是销售部，请讲", "喂，你好，我是小李，你是哪一位？",
            "您好，人民路便利店，请问您要点什么",
        ),
        "en": (
            "Good morning, Miller and Sons, Anna speaking.", "Hello, this is Peter Brown speaking, who is it?",
            "Good afternoon, Baker's garage, how can I help you?",
            "Hi, you're through to Susan Clark, who's calling please?",
        ),
    },
    machine={
        "zh": (
            "您好，您拨打的用户暂时无法接听您的电话，请在提示音后留言，录音完成后挂断即可。",
            "您好，我是机主的智能语音助理，他现在不方便接听电话，请问您有什么事情需要转告吗？",
            "对不起，您呼叫的用户已启用语音信箱服务，请在滴声后留言。",
            "这里是语音信箱，您要找的人现在不在，请留下您的姓名和电话号码，我们会尽快回复您。",
            "您好。您的来电已经转接到语音信箱，请在听到提示音以后开始录音。",
            "欢迎致电我们公司，现在是下班时间，请在工作时间再次来电，或者在提示音后留言。",
            "您好，机主现在正忙，无法接听，请您在嘀声之后留言。",
            "你好，我是王明，现在不方便接电话，有事请留言，我会回电话给你。",
            "欢迎使用语音信箱，您拨叫的用户没有应答，请留言，结束请按井号键。",
            "您好，我是来电秘书，机主暂时不在，请问您是哪位，找他有什么事？",
            "尊敬的客户您好，本公司的营业时间是上午九点到下午六点，请稍后再拨。",
            "喂，你好。我现在接不了电话，听到滴的一声以后请说话。",
        ),
        "en": (
            "Hi, this is John. I can't come to the phone right now, please leave a message after the beep.",
            "You have reached the voice mailbox of five five five, zero one two three. Please record your message.",
            "The person you are calling is not available. At the tone, please record your message.",
            "Hello, sorry I missed your call. Leave your name and number and I will get back to you.",
            "Thank you for calling. Our office is closed at the moment, please call again tomorrow morning.",
            "Hey, it's Anna, leave me a message and I'll call you back.",
            "Hi, you've reached Susan. I'm away from my phone, so please leave a short message.",
            "Your call has been forwarded to an automatic voice message system. Please record after the tone.",
            "Hey, this is Mike. Sorry I can't take your call. Speak after the beep.",
            "Hello. You are through to the Parker family. We are not at home right now, please leave your name.",
            "The customer you have called cannot answer. Please leave a message or try again.",
            "Good day, and thanks for calling Brown and partners. All our lines are busy, please stay on the line.",
        ),
    },
)  # fmt: skip

TUNE = Words(
    person={
        "zh": (
            "喂，是哪位", "嗯", "有事吗？", "你找谁", "喂，我是", "啊？", "喂，请讲", "好，你说", "喂，你哪里",
            "谁？", "你好，我在", "喂您好请问是哪位", "什么事啊", "哎，你好", "对，是我", "喂，听着呢",
        ),
        "en": (
            "Hello there.", "Yeah?", "Who's this?", "Good evening.", "David here.", "Hi, who is it?",
            "Hello, yes, speaking.", "Morning.", "What is it?", "Hello, Lee family.", "Hello, is that you?",
            "Go ahead.",
        ),
    },
    person_long={
        "zh": (
            "你好，光明小学传达室，请问有什么事？", "喂，您好，我姓陈，请问您是哪里打来的？",
        ),
        "en": (
            "Hello, Green Street pharmacy, this is Kate, how may I help?",
            "Good evening, Robert Wilson here, who am I speaking to?",
        ),
    },
    machine={
        "zh": (
            "您好，您所呼叫的号码已转入语音留言，请在嘟声之后说话。",
            "你好，这里是李家，我们出门了，请留下口信，谢谢。",
            "对不起，您要找的人正忙，请您稍后再打，或者按一留言。",
            "您好！我是电话小助手，有什么话我可以帮您转达。",
            "感谢您的来电，所有座席都在忙，请不要挂机，我们马上为您服务。",
            "喂，我是刘强。手机不在身边，听到提示音后请讲。",
        ),
        "en": (
            "Hi. You've got Emma's voicemail. Say something nice after the tone.",
            "We're sorry, no one is available to take your call. Please leave a message after the signal.",
            "Hello, this is the Taylor residence, we are out, please call again later or leave a message.",
            "This is Sam. I'm driving at the moment, so please send me a text or leave a message.",
            "Welcome to City Dental. Our opening hours are nine to five, Monday to Friday.",
            "The mobile phone you are calling is switched off. To leave a voice message, please speak now.",
        ),
    },
)  # fmt: skip
