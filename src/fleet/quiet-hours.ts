import type { QuietHours } from '../platform/lanes-setting.ts';

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * When the quiet hours that `now` lies in are over (epoch milliseconds), or null outside of them. On a day on which
 * the clocks change, who waited asks again at that time and may have to wait for the hour that came on top. Pure.
 */
export function quietUntil(quiet: QuietHours, now: number): number | null {
  const minute = minuteOfDay(quiet.zone, now);
  const length = modulo(quiet.toMinute - quiet.fromMinute);
  const into = modulo(minute - quiet.fromMinute);
  if (into >= length) return null;
  return (Math.floor(now / MINUTE_MS) + length - into) * MINUTE_MS;
}

function modulo(minutes: number): number {
  return ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
}

function minuteOfDay(zone: string, now: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const [hour = 0, minute = 0] = format.format(now).split(':').map(Number);
  return hour * 60 + minute;
}
