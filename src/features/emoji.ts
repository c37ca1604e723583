import type { Emotion } from '../common/emotions.js';

/** What an emoji shows: an emotion, `mixed` where people use it for several, `thing` where it is none of the list. */
export type EmojiKind = Emotion | 'mixed' | 'thing';

/**
 * Well-known faces, hands and hearts by what they show, after their names and keywords in the Unicode CLDR (annotations, `en`)
 * and their groups in Unicode's emoji-test.txt (face-smiling, face-negative, …). Corpora hold too few of most to learn them
 * one by one; by kind they are enough.
 */
const KINDS: Record<Exclude<EmojiKind, 'thing'>, string> = {
  happy:
    '😀 😃 😄 😁 😆 🤣 😂 🙂 😉 😊 😇 🥰 😍 🤩 😘 😗 ☺ 😚 😙 😋 😛 😜 🤪 😝 🤗 🤭 😌 🤠 🥳 😎 🤓 😺 😸 😹 😻 😽 ' +
    '❤ ♥ ❣ 💘 💝 💖 💗 💓 💞 💕 💟 🧡 💛 💚 💙 💜 🤎 🖤 🤍 🩷 🩵 🩶 💋 👍 👏 🙌 ✌ 🤞 🤟 🤘 💪 🎉 🎊 🥂 🎂 ✨ 🏆 💯',
  sad: '😢 😭 😞 😔 😟 😕 🙁 ☹ 😥 😓 😪 😣 😖 😩 😫 🥺 🥹 😿 💔 🥀',
  angry: '😠 😡 🤬 😤 👿 😾 💢 🖕 👎 😒',
  fearful: '😨 😰 😱 😧 🫣 🙀',
  disgusted: '🤢 🤮 🤧 💩',
  surprised: '😮 😯 😲 😦 🤯 ❗ ❕ ‼ ⁉ 😵',
  neutral: '😐 😑 😶 🫥 🫤 🗿 👌 🆗',
  mixed: '🙄 😏 😬 😅 🙃 🤔 🤷 🤦 😳 🥴 🤨 🧐 🤐 🤫 🤥 🫠 🫢 🫡 😴 😷 🤒 🤕 🥱 🙈 🙉 🙊 😈 💀 ☠ 🙏 👀 🔥',
};

const BY_EMOJI = new Map(
  Object.entries(KINDS).flatMap(([kind, list]) => list.split(' ').map((emoji) => [emoji, kind as EmojiKind] as const)),
);

/** Emoji of a kind, for training. */
export const emojiOf = (kind: Exclude<EmojiKind, 'thing'>): readonly string[] => KINDS[kind].split(' ');

const PICTOGRAPH = /^\p{Extended_Pictographic}/u;

/** @returns null for a token that is no emoji. A sequence is of the kind of its first emoji: a heart on fire is a heart. */
export function emojiKind(token: string): EmojiKind | null {
  if (!PICTOGRAPH.test(token)) return null;
  return BY_EMOJI.get(token) ?? BY_EMOJI.get([...token][0]!) ?? 'thing';
}
