//! Plans in which lines break and mend, people come and go, and the court orders.
//! What is not here: steady weather, bad peers.

use model::{Ask, Ground, ParticipantId, Private, Role};

use super::super::measure::Figures;
use super::super::measure::Measure::{Back, FirstSound, Gap};
use super::super::path::Path;
use super::super::{Deed, Plan};

/// Things happen that happen in every hearing.
pub(super) fn plans() -> Vec<Plan> {
    lines().into_iter().chain(people()).chain(orders()).chain(clocks()).collect()
}

fn cut(who: u32, up: bool, down: bool) -> Deed {
    Deed::Cut { who, up, down }
}

fn lines() -> Vec<Plan> {
    let gap = |ms| Figures::FREE.most(Gap, ms).most(Back, 500);
    vec![
        Plan::new("cut_both", "the plaintiff's line is dead for 2 s")
            .at(3_000, cut(2, true, true))
            .at(5_000, Deed::Mend(2))
            .hurts(&[2], gap(2_200)),
        Plan::new("cut_up", "nothing from the plaintiff for 2 s")
            .at(3_000, cut(2, true, false))
            .at(5_000, Deed::Mend(2))
            .hurts(&[2], gap(2_200)),
        Plan::new("cut_down", "nothing to the plaintiff for 2 s")
            .at(3_000, cut(2, false, true))
            .at(5_000, Deed::Mend(2))
            .hurts(&[2], gap(2_200)),
        Plan::new("cut_long", "dead for 6 s, longer than a silent track lives")
            .seconds(12)
            .at(3_000, cut(2, true, true))
            .at(9_000, Deed::Mend(2))
            .hurts(&[2], gap(6_200)),
        Plan::new("cut_twice", "two people's lines are dead, one after the other")
            .at(2_000, cut(2, true, true))
            .at(3_000, cut(3, true, true))
            .at(4_000, Deed::Mend(2))
            .at(5_000, Deed::Mend(3))
            .hurts(&[2, 3], gap(3_200)),
        Plan::new("all_cut", "the court's own line is dead for 1 s")
            .at(3_000, cut(1, true, true))
            .at(3_000, cut(2, true, true))
            .at(3_000, cut(3, true, true))
            .at(3_000, cut(4, true, true))
            .at(4_000, Deed::Mend(1))
            .at(4_000, Deed::Mend(2))
            .at(4_000, Deed::Mend(3))
            .at(4_000, Deed::Mend(4))
            .hurts(&[1, 2, 3, 4], gap(1_200)),
        Plan::new("flapping", "dead for 300 ms five times")
            .at(2_000, cut(2, true, true))
            .at(2_300, Deed::Mend(2))
            .at(3_500, cut(2, true, true))
            .at(3_800, Deed::Mend(2))
            .at(5_000, cut(2, true, true))
            .at(5_300, Deed::Mend(2))
            .at(6_500, cut(2, true, true))
            .at(6_800, Deed::Mend(2))
            .at(8_000, cut(2, true, true))
            .at(8_300, Deed::Mend(2))
            .hurts(&[2], gap(500)),
        Plan::new("roam", "from home line to telephone, same connection")
            .at(4_000, Deed::Line(2, Path::MOBILE, Path::MOBILE))
            .hurts(&[2], gap(300)),
        Plan::new("roam_dead", "dead for 1 s, then a telephone line (ICE restart)")
            .at(4_000, cut(2, true, true))
            .at(5_000, Deed::Line(2, Path::MOBILE, Path::MOBILE))
            .hurts(&[2], gap(1_300)),
        Plan::new("reconnect", "a new connection beside the old one: nobody hears or sees it")
            .at(4_000, Deed::Reconnect(2)),
        Plan::new("reconnect_dead", "dead for 2 s, then a new connection")
            .at(3_000, cut(2, true, true))
            .at(5_000, Deed::Reconnect(2))
            .hurts(&[2], gap(2_300)),
        Plan::new("reconnect_often", "a new connection every second")
            .at(2_000, Deed::Reconnect(2))
            .at(3_000, Deed::Reconnect(2))
            .at(4_000, Deed::Reconnect(2))
            .at(5_000, Deed::Reconnect(2))
            .at(6_000, Deed::Reconnect(2)),
        Plan::new("dropped", "the connection is gone for a second")
            .at(4_000, Deed::Drop(2, 1_000))
            .hurts(&[2], Figures::CALM),
    ]
}

fn people() -> Vec<Plan> {
    vec![
        Plan::new("comes_late", "the defendant comes in the middle").at(4_000, Deed::Join(3)),
        Plan::new("come_late", "three people come, one second apart")
            .people(6)
            .at(2_000, Deed::Join(4))
            .at(3_000, Deed::Join(5))
            .at(4_000, Deed::Join(6)),
        Plan::new("gallery", "somebody watches and is never heard").and(Role::Gallery),
        Plan::new("camera_off", "the plaintiff's camera is off for 3 s")
            .at(3_000, Deed::Camera(2, false))
            .at(6_000, Deed::Camera(2, true)),
        Plan::new("screen", "the clerk shares a screen")
            .at(2_000, Deed::Screen(4, true))
            .at(8_000, Deed::Screen(4, false)),
        Plan::new("two_screens", "judge and clerk share screens")
            .at(2_000, Deed::Screen(4, true))
            .at(4_000, Deed::Screen(1, true)),
        Plan::new("pauses", "silent microphones send next to nothing (DTX)")
            .pauses()
            .bounds(|calm| calm.most(FirstSound, 600)),
    ]
}

fn orders() -> Vec<Plan> {
    let judge = |ask| Deed::Ask(1, ask);
    let (plaintiff, defendant) = (ParticipantId(2), ParticipantId(3));
    let reason = || Private::from("disturbs the hearing");
    vec![
        Plan::new("lock", "the judge locks a microphone and unlocks it")
            .at(3_000, judge(Ask::Lock { who: plaintiff }))
            .at(5_000, judge(Ask::Unlock { who: plaintiff })),
        Plan::new("lock_all", "all microphones but the judge's")
            .at(3_000, judge(Ask::LockAll))
            .at(5_000, judge(Ask::UnlockAll)),
        Plan::new("removed", "the defendant is ordered to leave and goes on sending").at(
            4_000,
            judge(Ask::Remove { who: defendant, reason: reason(), unwarned: Private::default() }),
        ),
        Plan::new("dismissed", "sent to the waiting room and let in again at once")
            .at(4_000, judge(Ask::Dismiss { who: defendant })),
        Plan::new("recess", "a recess of 3 s: the parties hear nothing")
            .at(3_000, judge(Ask::Recess { ground: Ground::Recess }))
            .at(6_000, judge(Ask::Resume)),
        Plan::new("mediation", "unrecorded mediation: off the record, all hear")
            .at(3_000, judge(Ask::Recess { ground: Ground::UnrecordedMediation }))
            .at(6_000, judge(Ask::Resume)),
    ]
}

fn clocks() -> Vec<Plan> {
    vec![
        Plan::new("clock_ahead", "the pages' clocks are an hour ahead").clocks(
            [0, 0],
            0,
            3_600_000,
        ),
        Plan::new("clock_drift", "clocks run 200 ppm fast").clocks([0, 0], 200, 0).seconds(20),
        Plan::new("media_drift", "sound card 300 ppm fast, camera 300 ppm slow")
            .clocks([300, -300], 0, 0)
            .seconds(20),
        Plan::new("clock_jump", "the plaintiff sets the clock by a day")
            .at(4_000, Deed::Clock(2, 86_400_000)),
        Plan::new("clock_step", "the plaintiff's clock steps by 2 s, back and forth")
            .at(3_000, Deed::Clock(2, 2_000))
            .at(6_000, Deed::Clock(2, -2_000)),
    ]
}
