const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

/** The local day of an ISO time, as `2026-11-20`. */
export function dayOf(time: string): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Days between two local days. Both are parsed as UTC, so that daylight saving time does not matter. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Hours and minutes in the browser's locale, such as `14:05`. */
export function timeOfDay(time: string): string {
  return clock.format(new Date(time));
}

/** Full date and time, for tooltips. */
export function fullTime(time: string): string {
  return full.format(new Date(time));
}

/** Text of a day separator: today, yesterday, a weekday, or a date. */
export function dayName(day: string, now = new Date()): string {
  const age = daysBetween(day, dayOf(now.toISOString()));
  if (age === 0) return 'Today';
  if (age === 1) return 'Yesterday';
  // Noon is on the same day in every time zone.
  const at = new Date(`${day}T12:00:00`);
  if (age > 1 && age < 7) return weekday.format(at);
  return at.getFullYear() === now.getFullYear() ? date.format(at) : dateOfYear.format(at);
}

/** Short time for the inbox: a time of day, yesterday, a weekday, or a date. */
export function activityTime(time: string, now = new Date()): string {
  const age = daysBetween(dayOf(time), dayOf(now.toISOString()));
  if (age <= 0) return timeOfDay(time);
  if (age === 1) return 'Yesterday';
  return age < 7 ? weekday.format(new Date(time)) : short.format(new Date(time));
}

/** Text of a user's last activity. Null means that the server does not reveal it. */
export function lastSeen(time: string | null, now = new Date()): string {
  if (time === null) return 'offline';
  const minutes = Math.floor((now.getTime() - Date.parse(time)) / 60_000);
  if (minutes < 1) return 'last seen just now';
  if (minutes < 60) return `last seen ${minutes} min ago`;
  const age = daysBetween(dayOf(time), dayOf(now.toISOString()));
  if (age <= 0) return `last seen today at ${timeOfDay(time)}`;
  if (age === 1) return `last seen yesterday at ${timeOfDay(time)}`;
  return `last seen ${dayName(dayOf(time), now)}`;
}
