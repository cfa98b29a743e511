//! Numbers over outages, and lips that stay with words.
//! What is not here: real time; all of it is an argument.

use proptest::prelude::*;

use super::*;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn timestamps_of_the_first_session_are_the_cameras() {
    let mut numbers = Numbering::new(90_000);
    assert_eq!(numbers.place(5), None);
    for (timestamp, at) in [(u32::MAX - 10, 0), (3_589, 40), (7_189, 2_000), (907_189, 10_100)] {
        assert_eq!(numbers.timestamp(timestamp, ms(at)), timestamp);
    }
    assert_eq!(numbers.place(100), Some(100));
}

#[test]
fn numbers_go_on_after_an_outage() {
    let mut numbers = Numbering::new(90_000);
    let first = numbers.sequence(0);
    assert_eq!(numbers.timestamp(1_000, ms(0)), 1_000);
    numbers.begin();
    assert_eq!(numbers.sequence(0), first + 1);
    assert_eq!(numbers.timestamp(77, ms(7_000)), 1_000 + 630_000);
    assert_eq!(numbers.timestamp(3_677, ms(7_040)), 1_000 + 633_600);
    // The camera restarts its encoder inside one session.
    assert_eq!(numbers.timestamp(4_000_000_000, ms(7_080)), 1_000 + 637_200);
}

#[test]
fn holes_stay_unless_they_are_absurd() {
    let mut numbers = Numbering::new(90_000);
    let first = numbers.sequence(0);
    assert_eq!(numbers.sequence(3), first + 4);
    assert_eq!(numbers.sequence(30_000), first + 5);
}

/// Sound came 300 ms later than the picture on the wire; the reports say when it was taken.
#[test]
fn reports_of_the_camera_keep_lips_with_words() {
    let mut capture = Capture::new(8_000, 90_000);
    let now = ms(1_800_000_000_000);
    capture.packet(Medium::Picture, 90_000, now);
    capture.packet(Medium::Sound, 8_000, now + ms(300));
    let apart = |capture: &mut Capture| {
        let sound = capture.taken_at(Medium::Sound, 8_000).unwrap();
        let picture = capture.taken_at(Medium::Picture, 90_000).unwrap();
        micros_of(sound) - micros_of(picture)
    };
    assert_eq!(apart(&mut capture), 300_000, "without reports only the arrival is known");
    // The camera's clock stands in 1970; both were taken in the same instant.
    capture.report(Medium::Picture, 5 << 32, 90_000);
    capture.report(Medium::Sound, 5 << 32, 8_000);
    assert_eq!(capture.taken_at(Medium::Sound, 8_000), None, "no packet since");
    capture.packet(Medium::Picture, 93_600, now + ms(40));
    capture.packet(Medium::Sound, 8_160, now + ms(320));
    assert_eq!(apart(&mut capture), 0);
    assert_eq!(capture.taken_at(Medium::Picture, 93_600), Some(now + ms(40)));
    // The camera's clock is set: the next packets place it anew.
    capture.report(Medium::Picture, 5_000 << 32, 180_000);
    capture.report(Medium::Sound, 5_000 << 32, 16_000);
    capture.packet(Medium::Picture, 180_000, now + ms(1_000));
    capture.packet(Medium::Sound, 16_000, now + ms(1_300));
    assert_eq!(capture.taken_at(Medium::Sound, 16_000), Some(now + ms(1_000)));
}

#[test]
fn ntp_is_written_and_read_alike() {
    let time = Duration::from_micros(1_800_000_000_250_000);
    assert_eq!(ntp_of(time) & 0xffff_ffff, 1 << 30);
    let since_1900 = ntp_micros(ntp_of(time)) - i64::try_from(NTP_UNIX_SECONDS).unwrap() * MICROS;
    assert!((since_1900 - micros_of(time)).abs() <= 1);
}

proptest! {
    #[test]
    fn absurd_reports_do_no_harm(
        steps in prop::collection::vec((any::<bool>(), any::<bool>(), any::<u64>(), any::<u32>(), 0_u64..10_000_000), 0..50),
    ) {
        let mut capture = Capture::new(8_000, 90_000);
        let mut numbers = Numbering::new(90_000);
        for (report, sound, ntp, timestamp, at) in steps {
            let medium = if sound { Medium::Sound } else { Medium::Picture };
            if report {
                capture.report(medium, ntp, timestamp);
            } else {
                capture.packet(medium, timestamp, ms(at));
                numbers.timestamp(timestamp, ms(at));
            }
            capture.taken_at(medium, timestamp.wrapping_add(1));
        }
    }
}
