//! Pages, the hearing's task and the recorder: everything but media.
//! What is not here: the router, which is in `switchboard.rs`.

use core::time::Duration;
use std::collections::BTreeMap;

use forwarding::Router;
use hearing::{Effect, Event};
use model::letters::{RecordNotice, RecordOrder, Tape};
use model::stage::LinkCause;
use model::{ParticipantId, RecordFault, TrackId, TrackKind, limits};

use super::desk::Desk;
use crate::reference::Reference;

use super::{House, Media, Node, Office};

impl House {
    pub(super) fn open_office(&mut self, letter: Office) {
        match letter {
            Office::Hello { who, page } => self.hello(who, page),
            Office::PageGone { who, page, cause } => self.page_gone(who, page, cause),
            Office::GiveUp { who, page } => {
                if let Some(station) = self.station(who).filter(|station| station.page == page) {
                    station.drop_page();
                }
            }
            Office::Asked { who, page, request, ask } => {
                let node = self.node.as_mut();
                if let Some(node) = node.filter(|node| node.pages.get(&who) == Some(&page)) {
                    node.asked_by.insert((who, request), page);
                    self.tell(Event::Asked { who, request, ask: *ask });
                }
            }
            Office::Answered { who, page, request } => self.answered(who, page, request),
            Office::Seen { who, page, view } => {
                let station = self.station(who).filter(|at| at.online && at.page == page);
                if let Some(station) = station {
                    station.view = Some(*view);
                }
            }
            Office::Bye { who, page } => {
                if let Some(station) = self.station(who).filter(|station| station.page == page) {
                    station.drop_page();
                    let cause = LinkCause::PageClosed;
                    self.put(Duration::from_millis(1), Office::PageGone { who, page, cause });
                }
            }
            Office::Tell(event) => {
                if let Some(node) = &mut self.node {
                    node.desk.tell(*event);
                }
                self.settle();
            }
            Office::Order(order) => {
                let now = self.agenda.now();
                self.recorder.order(now, *order);
                self.speak_for_recorder();
            }
            Office::Notice(notice) => self.notice(*notice),
            Office::MinuteDue { number } => self.minute_due(number),
            Office::Wake => self.tell(Event::Woke),
            Office::Commit => {
                let now = self.agenda.now();
                self.recorder.tick(now);
                self.speak_for_recorder();
                self.put(limits::COMMIT_EVERY, Office::Commit);
            }
            Office::DiskMended => self.recorder.disk.failing = false,
            Office::Start => self.start(),
        }
    }

    /// The node starts: an unfinished hearing goes on from its ledger.
    fn start(&mut self) {
        let now = self.agenda.now();
        self.generation += 1;
        self.watch.forget_node();
        let unfinished = self.recorder.recover(now);
        let minutes = unfinished.as_ref().map(|unfinished| unfinished.minutes.as_slice());
        self.note(format!("node starts with {:?} minutes", minutes.map(<[_]>::len)));
        let desk = Desk::new(now, self.docket.clone(), minutes);
        let hearing = self.docket.hearing;
        self.node = Some(Node {
            desk,
            router: Router::new(hearing),
            legs: BTreeMap::new(),
            pages: BTreeMap::new(),
            asked_by: BTreeMap::new(),
            tape: Tape { hearing, items: Vec::new(), bytes: Vec::new() },
            tapes_waiting: 0,
            lost: BTreeMap::new(),
            grants_told: 0,
        });
        self.put(limits::COMMIT_EVERY, Office::Commit);
        self.put(limits::TAPE_FLUSH, Media::TapeFlush);
        self.put(Duration::from_millis(10), Media::RouterTick);
        if unfinished.is_some() {
            self.tell(Event::Restarted);
        } else {
            self.reference = Some(Reference::new(&self.docket.attendees));
        }
    }

    /// The node dies.
    pub(super) fn crash(&mut self) {
        let Some(node) = self.node.take() else { return };
        if node.desk.late || node.desk.holds() {
            self.reference = None;
        }
        self.note("node dies".to_owned());
        self.report.crashes += 1;
        self.generation += 1;
        self.recorder.die(&mut self.dice);
        self.agenda.retain(|(_, letter)| !letter.is_inside());
        for station in &mut self.stations {
            station.drop_page();
        }
        let down = Duration::from_millis(u64::from(500 + self.dice.roll(4_000)));
        self.put(down, Office::Start);
    }

    fn hello(&mut self, who: ParticipantId, page: u32) {
        let Some(node) = &mut self.node else {
            if let Some(station) = self.station(who).filter(|station| station.page == page) {
                station.drop_page();
            }
            return;
        };
        let newer = node.pages.get(&who).is_none_or(|known| *known < page);
        if newer {
            node.pages.insert(who, page);
            self.tell(Event::Joined { who });
        }
    }

    fn page_gone(&mut self, who: ParticipantId, page: u32, cause: LinkCause) {
        let Some(node) = &mut self.node else { return };
        if node.pages.get(&who) == Some(&page) {
            node.pages.remove(&who);
            self.tell(Event::Parted { who, cause });
        }
    }

    fn answered(&mut self, who: ParticipantId, page: u32, request: u32) {
        let now = self.agenda.now().instant;
        let Some(station) = self.station(who).filter(|at| at.online && at.page == page) else {
            return;
        };
        if station.unanswered.remove(&request).is_none() {
            self.watch.fail(now, &format!("{who} got a second answer to request {request}"));
        }
    }

    fn notice(&mut self, notice: RecordNotice) {
        let event = match notice {
            RecordNotice::Opened { .. } => Event::LedgerOpened,
            RecordNotice::Written { number, .. } => {
                let effects = self.node.as_mut().map(|node| node.desk.written(number));
                self.carry_out(effects.unwrap_or_default());
                self.settle();
                return;
            }
            RecordNotice::FirstFrames { track, .. } => Event::FirstFrames { track },
            RecordNotice::Fault { fault, .. } => Event::RecordFault { fault },
            RecordNotice::Mended { .. } => Event::RecordMended,
            RecordNotice::Sealed { .. } => Event::RecordSealed,
        };
        self.tell(event);
    }

    fn minute_due(&mut self, number: u64) {
        let Some(node) = &mut self.node else { return };
        if node.desk.waits_for(number) {
            node.desk.late = true;
            let effects = node.desk.written(number);
            self.carry_out(effects);
            self.tell(Event::RecordFault { fault: RecordFault::Silent });
            self.settle();
        }
    }

    /// Lets the hearing's task work until it waits.
    fn settle(&mut self) {
        let now = self.agenda.now();
        while let Some(outcome) = self.node.as_mut().and_then(|node| node.desk.next(now)) {
            if let Some(reference) = &mut self.reference {
                reference.step(now.instant, &outcome.event);
            }
            for order in outcome.orders {
                if let RecordOrder::Minute { minute, .. } = &order {
                    self.note(format!("minute {:?}", minute.fact));
                }
                self.send_queued(1, Office::Order(Box::new(order)));
            }
            self.compare();
            if let Some(number) = outcome.waits_for {
                self.put(limits::MINUTE_WAIT, Office::MinuteDue { number });
            }
            self.carry_out(outcome.effects);
        }
    }

    /// The hearing grants what the reference grants, whatever it has been through.
    fn compare(&mut self) {
        let now = self.agenda.now().instant;
        let (Some(reference), Some(node)) = (&self.reference, &self.node) else { return };
        let grants = node.desk.hearing.grants();
        let people = || self.docket.attendees.iter().map(|person| person.id);
        let differs = people()
            .flat_map(|who| TrackKind::ALL.map(|kind| TrackId::new(who, kind)))
            .find(|track| {
                grants.publish.contains(track) != reference.speaks(*track)
                    || grants.record.contains(track) != reference.records(*track)
                    || people().any(|listener| {
                        let tracks = grants.receive.get(&listener);
                        let reaches = tracks.is_some_and(|tracks| tracks.contains(track));
                        reaches != reference.hears(listener, *track)
                    })
            });
        if let Some(track) = differs {
            self.watch.fail(now, &format!("{track} is granted against the reference"));
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let now = self.agenda.now();
        let hearing = self.docket.hearing;
        for effect in effects {
            self.count_answer(&effect);
            match effect {
                Effect::Grants(grants) => self.send_queued(0, Media::Table(Box::new(grants))),
                Effect::Roll { rolling } => {
                    let order = RecordOrder::Roll { hearing, rolling, at: now.utc };
                    self.send_queued(1, Office::Order(Box::new(order)));
                }
                Effect::Seal => {
                    let order = RecordOrder::Close { hearing, at: now.utc };
                    self.send_queued(1, Office::Order(Box::new(order)));
                }
                Effect::DropMedia { who } => self.drop_media(who),
                Effect::Done { to, request } | Effect::Refused { to, request, .. } => {
                    // A new page must not get the answer its predecessor asked for.
                    let asked_by =
                        self.node.as_mut().and_then(|node| node.asked_by.remove(&(to, request)));
                    if let Some(page) = asked_by.filter(|page| self.page_of(to) == Some(*page)) {
                        let letter = Office::Answered { who: to, page, request };
                        self.send_ordered(to, false, letter);
                    }
                }
                Effect::Views => self.send_views(),
                Effect::Part { who, .. } => {
                    if let Some(page) = self.page_of(who) {
                        self.send_ordered(who, false, Office::Bye { who, page });
                    }
                }
                Effect::WakeAt { at } => {
                    self.agenda.put_at(at, (self.generation, Office::Wake.into()));
                }
                Effect::OpenLedger
                | Effect::Deliberated(_)
                | Effect::Note { .. }
                | Effect::Minute(_) => {}
            }
        }
    }

    fn page_of(&self, who: ParticipantId) -> Option<u32> {
        self.node.as_ref().and_then(|node| node.pages.get(&who)).copied()
    }

    fn send_views(&mut self) {
        let now = self.agenda.now();
        let Some(node) = &self.node else { return };
        let views: Vec<_> = node
            .pages
            .iter()
            .filter_map(|(who, page)| Some((*who, *page, node.desk.hearing.view(*who, now, 1)?)))
            .collect();
        for (who, page, view) in views {
            self.send_ordered(who, false, Office::Seen { who, page, view: Box::new(view) });
        }
    }

    fn speak_for_recorder(&mut self) {
        for notice in core::mem::take(&mut self.recorder.notices) {
            self.put(Duration::from_millis(2), Office::Notice(Box::new(notice)));
        }
    }
}
