"""Sentences that recognisers learned from subtitles and give back for silence: nobody says them to a call
centre.

A list can never be whole and a customer may say anything, so a match counts only together with other
evidence.
"""

import re
import unicodedata

SIGN_OFFS = tuple(
    line.strip()
    for line in """
    thanks for watching
    thank you for watching
    thank you so much for watching
    please subscribe
    like and subscribe
    subscribe to my channel
    subscribe to the channel
    see you in the next video
    see you next time
    subtitles by
    subtitles created by
    captions by
    transcribed by
    transcription by
    amara org
    vielen dank fürs zuschauen
    danke fürs zuschauen
    untertitel von
    untertitel der
    untertitelung
    bis zum nächsten mal
    merci d avoir regardé
    sous titres réalisés
    sous titrage
    abonnez vous
    gracias por ver
    suscríbete al canal
    subtítulos realizados
    subtítulos por la comunidad
    grazie per aver guardato
    grazie per la visione
    sottotitoli e revisione
    sottotitoli creati
    iscrivetevi al canale
    obrigado por assistir
    inscreva se no canal
    legendas pela comunidade
    bedankt voor het kijken
    ondertiteld door
    ondertiteling
    dziękuję za oglądanie
    dziękuję za uwagę
    napisy stworzone
    napisy przez
    спасибо за просмотр
    подписывайтесь на канал
    продолжение следует
    субтитры сделал
    субтитры создавал
    редактор субтитров
    izlediğiniz için teşekkür
    abone olmayı unutmayın
    altyazı
    ご視聴ありがとうございました
    チャンネル登録
    最後までご視聴
    谢谢观看
    感谢观看
    請不吝點贊
    请不吝点赞
    字幕由
    字幕志愿者
    시청해주셔서 감사합니다
    구독과 좋아요
    """.splitlines()
    if line.strip()
)
MOST_OTHER_CHARACTERS = 40  # beside the sign-off, as in `subtitles by` somebody: more is a conversation


def is_boilerplate(text: str) -> bool:
    """Whether a text is a subtitler's sign-off and little else."""
    plain = plain_words(text)
    return any(
        f" {phrase}" in f" {plain}" and len(plain) - len(phrase) <= MOST_OTHER_CHARACTERS
        for phrase in SIGN_OFFS
    )


def plain_words(text: str) -> str:
    """In lower case and one blank between words, without signs."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).lower()).split())
