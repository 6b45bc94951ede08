// Money, times and durations as people read them. Money is integer minor units.

import { language } from "./page.js";

const moneyFormat = new Intl.NumberFormat(language, { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol" });
const timeFormat = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });

const dayTimeFormat = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

export const money = (minor) => moneyFormat.format(minor / 100);
export const time = (iso) => timeFormat.format(new Date(iso));
export const dayTime = (iso) => dayTimeFormat.format(new Date(iso));
export const percent = (share) => `${(share * 100).toFixed(2)} %`;

/** "12.50" -> 1250; null when it is not an amount. */
export function minorOf(text) {
  const found = /^\s*(\d{1,10})(?:[.．](\d{1,2}))?\s*$/.exec(text.replaceAll(",", "").replaceAll("，", ""));
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

/** 65000 ms -> "1:05". */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${String(Math.floor(seconds / 60) % 60).padStart(hours ? 2 : 1, "0")}:${String(seconds % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${rest}` : rest;
}

const weekdayFormat = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
const shortDayFormat = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric", timeZone: "UTC" });
const longDayFormat = new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "long", timeZone: "UTC" });

/** "2026-11-30" as on a calendar, and as one says it. A day is a day: no zone may move it. */
export const dayLabel = (iso) => ({ weekday: weekdayFormat.format(new Date(iso)), day: shortDayFormat.format(new Date(iso)) });
export const longDay = (iso) => (iso ? longDayFormat.format(new Date(iso)) : "");
