//! Plans of lines: delay, jitter, loss, storms, reordering, narrow places.
//! What is not here: lines that change on the way, and peers that do what no browser does.

use model::Codec;

use super::super::Plan;
use super::super::measure::Figures;
use super::super::measure::Measure::{FirstPicture, FirstSound, Freeze, Freezes, Gap, Lost};
use super::super::path::Path;

/// Nothing happens but the weather.
pub(super) fn plans() -> Vec<Plan> {
    quiet().into_iter().chain(losses()).chain(disorder()).collect()
}

fn quiet() -> Vec<Plan> {
    vec![
        Plan::new("two_people", "judge and plaintiff at home").people(2),
        Plan::new("six_people", "a whole hearing on home lines").people(6),
        Plan::new("ten_people", "many parties, small pictures")
            .people(10)
            .seconds(4)
            .ways(|ways| ways.kbps = 100),
        Plan::new("court_room", "everybody in the building").lines(Path::COURT),
        Plan::new("roomy", "3 Mbit/s for everybody: enough").lines(Path::HOME.narrow(3_000, 200)),
        Plan::new("h264", "cameras send H.264").ways(|ways| ways.codec = Codec::H264),
        // 1 % of loss and 170 ms round trip: a lost packet of a picture shows.
        Plan::new("mobile", "everybody on a telephone in the country")
            .lines(Path::MOBILE)
            .bounds(|calm| calm.most(Freeze, 450).most(Freezes, 20)),
        // Twice the delay, and the keyframe has to be asked for over it.
        Plan::new("satellite", "300 ms each way")
            .lines(Path::SATELLITE)
            .bounds(|calm| calm.most(FirstSound, 700).most(FirstPicture, 2_000)),
        Plan::new("uneven", "the judge on a satellite, the plaintiff on a telephone")
            .line(1, Path::SATELLITE, Path::SATELLITE)
            .line(2, Path::MOBILE, Path::MOBILE)
            .hurts(&[1, 2], with_losses(120, 450, 20)),
    ]
}

fn losses() -> Vec<Plan> {
    let home = Path::HOME;
    vec![
        Plan::new("loss_2", "one packet in fifty, both ways")
            .lines(home.loss(20))
            .bounds(|_| with_losses(120, 400, 8)),
        Plan::new("loss_5", "one packet in twenty, both ways")
            .lines(home.loss(50))
            .bounds(|_| with_losses(140, 500, 16)),
        Plan::new("h264_loss_5", "one packet in twenty, both ways, H.264")
            .lines(home.loss(50))
            .ways(|ways| ways.codec = Codec::H264)
            .bounds(|_| with_losses(140, 500, 16)),
        Plan::new("loss_10", "one packet in ten, both ways")
            .lines(home.loss(100))
            .bounds(|_| with_losses(180, 700, 30)),
        Plan::new("loss_20", "one packet in five, both ways")
            .lines(home.loss(200))
            .bounds(|_| with_losses(300, 2_500, 45).most(Lost, 25).most(FirstPicture, 2_500)),
        Plan::new("loss_up", "the plaintiff loses a tenth on the way up")
            .line(2, home.loss(100), home)
            .hurts(&[2], with_losses(140, 400, 8)),
        Plan::new("loss_down", "the plaintiff loses a tenth on the way down")
            .line(2, home, home.loss(100))
            .hurts(&[2], with_losses(140, 400, 12)),
        Plan::new("storms", "five packets at once are lost, now and then")
            .lines(home.storms(5, 5))
            .bounds(|_| with_losses(350, 500, 16).most(Lost, 25)),
        Plan::new("long_storms", "thirty packets at once are lost, now and then")
            .lines(home.storms(2, 30))
            .bounds(|_| with_losses(1_000, 1_200, 16).most(Lost, 40)),
    ]
}

fn disorder() -> Vec<Plan> {
    let home = Path::HOME;
    vec![
        Plan::new("jitter", "up to 80 ms of jitter")
            .lines(home.jitter(80))
            .bounds(|calm| calm.most(Gap, 180)),
        Plan::new("late", "one packet in twenty overtaken").lines(home.late(50)),
        Plan::new("very_late", "one packet in three overtaken").lines(home.late(330)),
        Plan::new("twice", "one packet in ten comes twice").lines(home.twice(100)),
        Plan::new("everything", "loss, storms, jitter, disorder and doubles at once")
            .lines(home.delay(50).jitter(40).loss(30).storms(2, 5).late(50).twice(50))
            .bounds(|_| with_losses(350, 600, 45).most(Lost, 25)),
    ]
}

/// Where packets are lost they must be asked for over the path: gaps of sound and freezes up to
/// these lengths, and so many freezes in ten seconds.
const fn with_losses(gap: i64, freeze: i64, freezes: i64) -> Figures {
    Figures::CALM
        .most(Gap, gap)
        .most(Freeze, freeze)
        .most(Freezes, freezes)
        .most(FirstPicture, 1_500)
}
