//! The way from a page's request to its WebSocket.
//!
//! What is not here: what is said over it (`crate::socket`).

use std::sync::Arc;

use ::docket::entering::EntryWay;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use model::limits::MESSAGE_BYTES_MAX;
use protocol::Bye;

use super::{App, Refused, hearing_id, real_names, seat_in};
use crate::access::Who;
use crate::reach::Reached;
use crate::socket::{self, House, Visitor};
use crate::tls::Peer;

/// The way to the WebSocket. Refusals come as `bye` on an opened socket, because a page cannot
/// read the status of an upgrade that failed.
pub(super) async fn enter(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    Path(hearing): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    let who = app.who(&headers).await?;
    let seat = match hearing_id(&hearing) {
        Ok(hearing) => seat_in(&app, &who, hearing).await?.map(|seat| (hearing, seat)),
        Err(_) => None,
    };
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    let house = House {
        hearings: app.hearings.clone(),
        clock: app.clock.clone(),
        metrics: app.metrics.clone(),
        evidence: app.evidence.clone(),
    };
    let (by_seat, from) = (matches!(who, Who::Seat(_)), peer.remote.reveal().ip());
    let place = app.open_sockets.clone();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let reached = Reached::private(peer.local.reveal(), host, peer.remote.reveal());
    Ok(upgrade.on_upgrade(move |socket| async move {
        match seat {
            Some((hearing, who)) => {
                let visitor = Visitor { hearing, who, reached };
                let noted = async {
                    if by_seat {
                        let way = EntryWay::Sitting;
                        real_names::note_entry(&app, &headers, from, who, way).await;
                    }
                };
                tokio::join!(noted, socket::serve(socket, visitor, house));
            }
            None => socket::turn_away(socket, Bye::SignInNeeded, house.metrics).await,
        }
        drop(place);
    }))
}
