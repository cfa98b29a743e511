//! What happens by chance: what people do, and what breaks.
//! What is not here: what follows.

use core::time::Duration;

use model::stage::LinkCause;
use model::{Ask, Ground, ParticipantId, Place, Private, Role, TrackKind, View, limits};

use super::{House, Media, Office};
use crate::procedure;

impl House {
    /// One step of chance.
    pub(super) fn chance(&mut self, step: u32, steps: u32) {
        self.people_come();
        self.people_connect();
        if self.dice.chance(300) {
            // The last tenth is for closing.
            let late = step > steps - steps / 10;
            self.somebody_asks(late);
        }
        self.something_breaks();
    }

    /// Whoever has no page loads one, sooner or later.
    pub(super) fn people_come(&mut self) {
        let soon = if self.calm { 500 } else { 60 };
        for who in self.everybody() {
            let comes = self.dice.chance(soon);
            let Some(station) = self.station(who) else { continue };
            if !station.online && comes {
                station.online = true;
                station.page += 1;
                let page = station.page;
                self.send_ordered(who, true, Office::Hello { who, page });
            }
        }
    }

    /// Whoever is in the hearing offers media; some do without being asked in.
    pub(super) fn people_connect(&mut self) {
        let now = self.agenda.now().instant;
        for who in self.everybody() {
            let Some(station) = self.station(who) else { continue };
            let inside =
                station.view.as_ref().is_some_and(|view| view.me.place == Place::InHearing);
            let (offered_at, from_inside) = station.offer;
            let stuck = station.leg.is_none() && now.since(offered_at) > Duration::from_secs(3);
            let poor = inside && !from_inside;
            let wants = station.view.is_some()
                && (inside || station.rogue)
                && (!station.offered || stuck || poor);
            if wants {
                station.offered = true;
                station.offer = (now, inside);
                station.connection += 1;
                let (page, connection) = (station.page, station.connection);
                self.send_ordered(who, true, Media::Offered { who, page, connection });
            }
        }
    }

    /// Somebody presses a button of theirs, or asks for what no button offers.
    fn somebody_asks(&mut self, late: bool) {
        let judges = self.dice.chance(600);
        let people: Vec<_> = self
            .stations
            .iter()
            .filter(|station| station.online && station.view.is_some())
            .filter(|station| !judges || station.role == Role::PresidingJudge)
            .map(|station| station.who)
            .collect();
        let Some(who) = self.dice.pick(&people).copied() else { return };
        let Some(view) = self.station(who).and_then(|station| station.view.clone()) else {
            return;
        };
        let ask = if self.dice.chance(50) {
            procedure::any_ask(&mut self.dice, &self.docket)
        } else if let Some(ask) = self.button(&view, late) {
            ask
        } else {
            return;
        };
        self.ask(who, ask);
    }

    /// Sends a request of somebody's page.
    pub(super) fn ask(&mut self, who: ParticipantId, ask: Ask) {
        let Some(station) = self.station(who) else { return };
        station.next_request += 1;
        let (page, request) = (station.page, station.next_request);
        station.unanswered.insert(request, format!("{ask:?}"));
        let ask = Box::new(ask);
        self.send_ordered(who, true, Office::Asked { who, page, request, ask });
    }

    fn button(&mut self, view: &View, late: bool) -> Option<Ask> {
        let weight = |name: &str| match name {
            "open_check_in" | "check_in" | "admit" => 30,
            "open" => 25,
            "resume" => 20,
            "close" if late => 20,
            "close" => 0,
            "remove" | "dismiss" => 2,
            "recess" | "lock_all" => 3,
            _ => 6,
        };
        let weights: Vec<_> = view.me.may_ask.iter().map(|name| weight(name)).collect();
        if weights.iter().sum::<u32>() == 0 {
            return None;
        }
        let name = view.me.may_ask.get(self.dice.weighted(&weights))?.clone();
        let somebody = |house: &mut Self, wanted: fn(Place) -> bool| {
            let people: Vec<_> = view
                .people
                .iter()
                .filter(|person| wanted(person.place))
                .map(|person| person.id)
                .collect();
            house.dice.pick(&people).copied()
        };
        let inside = |place| place == Place::InHearing;
        let reason = || Private::from("disturbs the hearing");
        Some(match name.as_str() {
            "open_check_in" => Ask::OpenCheckIn,
            "check_in" => Ask::CheckIn {
                discipline: true,
                others_present: Private::from("nobody"),
                camera: true,
                microphone: true,
                faults: Vec::new(),
                version: String::new(),
            },
            "admit" => Ask::Admit { who: somebody(self, |place| place == Place::Waiting)? },
            "dismiss" => Ask::Dismiss { who: somebody(self, inside)? },
            "open" => Ask::Open,
            "recess" => Ask::Recess {
                ground: self.dice.pick(&Ground::ALL).copied().unwrap_or(Ground::Recess),
            },
            "resume" => Ask::Resume,
            "close" => Ask::Close,
            "lock" => Ask::Lock { who: somebody(self, inside)? },
            "unlock" => Ask::Unlock { who: somebody(self, inside)? },
            "lock_all" => Ask::LockAll,
            "unlock_all" => Ask::UnlockAll,
            "allow_screen" => {
                let allowed = self.dice.chance(600);
                Ask::AllowScreen { who: somebody(self, inside)?, allowed }
            }
            "warn" => Ask::Warn { who: somebody(self, inside)?, reason: reason() },
            "remove" => Ask::Remove {
                who: somebody(self, inside)?,
                reason: reason(),
                unwarned: Private::default(),
            },
            "hand" => Ask::Hand { raised: !view.me.hand },
            _ => Ask::Devices { on: vec![TrackKind::Microphone] },
        })
    }

    fn something_breaks(&mut self) {
        let people = self.everybody();
        let Some(who) = self.dice.pick(&people).copied() else { return };
        match self.dice.roll(2_000) {
            0..=24 => {
                if let Some(line) = self.lines.get_mut(&who) {
                    line.change(&mut self.dice);
                }
            }
            25..=39 => self.reload(who),
            40..=54 => self.cut(who),
            55..=58 => self.fail_disk(),
            59 => self.crash(),
            60..=64 => self.lose_leg(who),
            _ => {}
        }
    }

    /// Somebody reloads the page: a new page soon, and the old one's media ends.
    fn reload(&mut self, who: ParticipantId) {
        let Some(station) = self.station(who).filter(|station| station.online) else { return };
        let (page, leg) = (station.page, station.leg);
        station.drop_page();
        self.report.broken_links += 1;
        let cause = LinkCause::PageClosed;
        self.put(Duration::from_millis(50), Office::PageGone { who, page, cause });
        if let Some(leg) = leg {
            self.put(limits::CONSENT_WAIT, Media::LegGone { leg });
        }
    }

    /// Somebody's line is cut; when that takes too long, both ends give up.
    fn cut(&mut self, who: ParticipantId) {
        let now = self.agenda.now().instant;
        let time = Duration::from_millis(u64::from(200 + self.dice.roll(25_000)));
        let Some(station) = self.station(who).filter(|station| station.online) else { return };
        let (page, leg) = (station.page, station.leg);
        self.report.broken_links += 1;
        if let Some(line) = self.lines.get_mut(&who) {
            line.cut_until = now.plus(time);
        }
        if time > limits::PONG_WAIT {
            let cause = LinkCause::SocketLost;
            self.put(limits::PONG_WAIT, Office::PageGone { who, page, cause });
            self.put(limits::PONG_WAIT, Office::GiveUp { who, page });
            if let Some(leg) = leg {
                self.put(limits::CONSENT_WAIT, Media::LegGone { leg });
            }
        }
    }

    /// Somebody's media connection breaks and nothing else.
    fn lose_leg(&mut self, who: ParticipantId) {
        if let Some(leg) = self.station(who).and_then(|station| station.leg) {
            self.put(Duration::from_millis(1), Media::LegGone { leg });
        }
    }

    fn fail_disk(&mut self) {
        if self.node.is_some() && !self.recorder.disk.failing {
            self.note("disk fails".to_owned());
            self.report.disk_faults += 1;
            self.recorder.disk.failing = true;
            let time = Duration::from_millis(u64::from(200 + self.dice.roll(8_000)));
            self.put(time, Office::DiskMended);
        }
    }
}
