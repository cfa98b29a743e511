//! Bytes to and fro, by which a page measures what its line carries.
//!
//! What is not here: the rest of the connection test, which the page makes by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use futures_util::{StreamExt, stream};
use model::limits::{LINE_TEST_BYTES_MAX, LINE_TESTS_PER_MINUTE};
use model::{HearingId, Instant, ParticipantId, Refusal};
use tokio::time::timeout;

use super::{App, Refused};
use crate::access::Who;

/// One piece of what is sent; nothing on the way compresses it.
const PIECE: usize = 16 * 1024;
static ZEROS: [u8; PIECE] = [0; PIECE];
/// A line that needs longer is measured by what came until then, on the page's side.
const UPLOAD_WAIT: Duration = Duration::from_secs(30);
/// Seats whose measurements are counted; the oldest is forgotten.
const COUNTED_MAX: usize = 10_000;
const WINDOW: Duration = Duration::from_secs(60);

/// Who measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tester {
    Seat(HearingId, ParticipantId),
    Staff(i64),
}

/// How often everybody measured lately.
#[derive(Debug, Default)]
pub(crate) struct LineTests {
    by_tester: BTreeMap<Tester, (Instant, u32)>,
}

impl LineTests {
    fn begin(&mut self, tester: Tester, now: Instant) -> Result<(), Refusal> {
        if !self.by_tester.contains_key(&tester) && self.by_tester.len() >= COUNTED_MAX {
            self.by_tester.retain(|_, (since, _)| now.since(*since) < WINDOW);
            if self.by_tester.len() >= COUNTED_MAX {
                return Err(Refusal::TooFast);
            }
        }
        let (since, count) = self.by_tester.entry(tester).or_insert((now, 0));
        if now.since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        if *count >= LINE_TESTS_PER_MINUTE {
            return Err(Refusal::TooFast);
        }
        *count += 1;
        Ok(())
    }
}

async fn admit(app: &App, headers: &HeaderMap) -> Result<(), Refused> {
    let tester = match app.who(headers).await? {
        Who::Nobody => return Err(Refusal::SignInNeeded.into()),
        Who::Seat(pass) => Tester::Seat(pass.hearing, pass.participant),
        Who::Staff(account) => Tester::Staff(account.id.0),
    };
    let begun = app.line_tests().begin(tester, app.clock.now().instant);
    let outcome = if begun.is_ok() { "done" } else { "too_fast" };
    app.metrics.line_tests.with_label_values(&[outcome]).inc();
    Ok(begun?)
}

/// Sends `LINE_TEST_BYTES_MAX` bytes that mean nothing.
pub(super) async fn down(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refused> {
    admit(&app, &headers).await?;
    let pieces = LINE_TEST_BYTES_MAX / PIECE;
    let piece = || Ok::<_, std::convert::Infallible>(Bytes::from_static(&ZEROS));
    let body = Body::from_stream(stream::iter((0..pieces).map(move |_| piece())));
    let kind = (CONTENT_TYPE, "application/octet-stream".to_owned());
    let length = (CONTENT_LENGTH, (pieces * PIECE).to_string());
    Ok(([kind, length], body))
}

/// Takes at most `LINE_TEST_BYTES_MAX` bytes and forgets them.
pub(super) async fn up(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    admit(&app, &headers).await?;
    let mut pieces = body.into_data_stream();
    let taken = timeout(UPLOAD_WAIT, async {
        let mut bytes = 0usize;
        while let Some(piece) = pieces.next().await {
            let Ok(piece) = piece else { return false };
            bytes = bytes.saturating_add(piece.len());
            if bytes > LINE_TEST_BYTES_MAX {
                return false;
            }
        }
        true
    });
    match taken.await {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) | Err(_) => Err(Refusal::Malformed.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(number: u32) -> Tester {
        Tester::Seat(HearingId(1), ParticipantId(number))
    }

    #[test]
    fn each_seat_measures_a_few_times_a_minute() {
        let mut tests = LineTests::default();
        let now = Instant(0);
        for _ in 0..LINE_TESTS_PER_MINUTE {
            assert_eq!(tests.begin(seat(1), now), Ok(()));
        }
        assert_eq!(tests.begin(seat(1), now), Err(Refusal::TooFast));
        assert_eq!(tests.begin(seat(2), now), Ok(()));
        assert_eq!(tests.begin(seat(1), now.plus(WINDOW)), Ok(()));
    }

    #[test]
    fn the_count_of_seats_is_bounded() {
        let mut tests = LineTests::default();
        let full = u32::try_from(COUNTED_MAX).unwrap();
        for number in 0..full {
            assert_eq!(tests.begin(seat(number), Instant(0)), Ok(()));
        }
        assert_eq!(tests.begin(seat(full), Instant(0)), Err(Refusal::TooFast));
        assert_eq!(tests.begin(seat(full), Instant(0).plus(WINDOW)), Ok(()));
        assert_eq!(tests.by_tester.len(), 1);
    }
}
