// The faces of a station and of the desk at the court: enrolment, calls that are missed, declined,
// taken and rung back, help.

import { TRIBUNAL, enrol, issueStation } from '../desk.mjs';
import { signIn } from '../people.mjs';

export async function stations(house, browser, album) {
  const judge = await signIn(house, browser, 'judge');
  const clerk = await signIn(house, browser, 'clerk');
  const station = await house.person(browser);
  for (const person of [judge, clerk]) {
    await person.press('nav-desk');
    await person.see('face', '[data-face="desk"]');
  }
  await clerk.type('station-name', '横沟村诉讼服务站');
  await clerk.type('station-tribunal', TRIBUNAL);
  await enrol(house, station, await issueStation(clerk), () => album.picture(station, 'enrol'));
  await album.picture(station, 'home');
  await station.press('station-enter');
  await album.picture(station, 'code');
  await station.page.keyboard.press('Escape');
  await station.page.reload();
  await station.press('station-ring');
  await station.see('ring-judge', '[data-there="false"]');
  await album.picture(station, 'whom');
  await station.press('ring-judge');
  await station.see('call-over', '[data-state="missed"]');
  await album.picture(station, 'missed');
  await judge.press('duty-on');
  await judge.see('duty', '[data-on="yes"]');
  await album.picture(judge, 'desk-missed');
  await station.see('ring-judge', '[data-there="true"]');
  await station.press('ring-judge');
  await judge.see('call', '[data-state="ringing"]');
  await album.picture(judge, 'desk-rings');
  await album.picture(station, 'rings');
  await judge.press('call-decline');
  await station.see('call-over', '[data-state="declined"]');
  await album.picture(station, 'declined');
  await judge.press('call-back');
  await station.see('call', '[data-direction="to_station"]');
  await album.picture(station, 'rung');
  await station.press('call-accept');
  for (const person of [judge, station]) await person.see('face', '[data-face="call"]');
  await album.picture(station, 'call');
  await album.picture(judge, 'call-court');
  await judge.press('call-hang-up');
  await station.see('face', '[data-face="station"][data-screen="home"]');
  await judge.see('face', '[data-face="desk"]');
  await album.picture(judge, 'desk-after');
  const ops = await signIn(house, browser, 'ops');
  await ops.see('tickets');
  await station.press('station-help');
  await station.see('help-sound');
  await album.picture(station, 'help');
  await station.press('help-sound');
  await station.press('help-send');
  await ops.see('ticket', '[data-state="open"]');
  await album.picture(station, 'help-sent');
  await album.picture(ops, 'ticket');
  await ops.press('ticket-acknowledge');
  await station.see('help-state', '[data-state="acknowledged"]');
  await album.picture(station, 'help-coming');
}
