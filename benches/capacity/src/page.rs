//! One person's page towards Assize: a task that keeps the WebSocket, answers pings, remembers the
//! last view and brings each answer to who asked.
//!
//! What is not here: media, and what is asked when.

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::door::{Door, PATIENCE, Socket};

type Answer = oneshot::Sender<Result<Value, String>>;

/// What a page has seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The last view.
    pub view: Value,
    /// Invitations to offer again: media did not go as it should.
    pub reoffers: u32,
    /// Why the server hung up.
    pub bye: Option<String>,
}

/// An open page.
pub struct Page {
    asks: mpsc::Sender<(Value, Option<Answer>)>,
    seen: watch::Receiver<Seen>,
}

impl Page {
    /// Opens the page of a hearing and says hello.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn open(door: &Door, hearing: u64) -> Result<Self, String> {
        let socket = door.socket(hearing).await?;
        let (asks, inbox) = mpsc::channel(64);
        let (tell, seen) = watch::channel(Seen::default());
        tokio::spawn(keep(socket, inbox, tell));
        let page = Self { asks, seen };
        page.tell(json!({"type": "hello", "version": 1})).await;
        page.until("welcome", |seen| seen.view.is_object()).await?;
        Ok(page)
    }

    /// Says something that is not answered.
    pub async fn tell(&self, message: Value) {
        // A page that hung up says why in `seen`.
        drop(self.asks.send((message, None)).await);
    }

    /// Says something that is answered; the request's number is filled in.
    ///
    /// # Errors
    /// The refusal's code, or that no answer came.
    pub async fn ask(&self, message: Value) -> Result<Value, String> {
        let (answer, answered) = oneshot::channel();
        let said = message.to_string();
        drop(self.asks.send((message, Some(answer))).await);
        match timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer.map_err(|why| format!("{why}: {said:.80}")),
            Ok(Err(_)) => Err(format!("the page is gone: {:?}", self.seen().bye)),
            Err(_) => Err(format!("no answer to {said:.80}")),
        }
    }

    /// What it has seen by now.
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until what was seen is as wanted.
    ///
    /// # Errors
    /// When that does not come to be.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Result<Seen, String> {
        let mut seen = self.seen.clone();
        let found = match timeout(PATIENCE, seen.wait_for(|seen| wanted(seen))).await {
            Ok(Ok(found)) => Some(found.clone()),
            Ok(Err(_)) | Err(_) => None,
        };
        found.ok_or_else(|| format!("{what} did not come: {:?}", self.seen()))
    }
}

async fn keep(
    mut socket: Socket,
    mut inbox: mpsc::Receiver<(Value, Option<Answer>)>,
    tell: watch::Sender<Seen>,
) {
    let mut request = 0_u64;
    let mut open: BTreeMap<u64, Answer> = BTreeMap::new();
    loop {
        let message = tokio::select! {
            said = inbox.recv() => {
                let Some((mut message, answer)) = said else {
                    let bye = Message::text(json!({"type": "bye"}).to_string());
                    drop(socket.send(bye).await);
                    return;
                };
                if let Some(answer) = answer {
                    request += 1;
                    message["request"] = json!(request);
                    open.insert(request, answer);
                }
                if socket.send(Message::text(message.to_string())).await.is_err() {
                    return;
                }
                continue;
            }
            message = socket.next() => message,
        };
        let Some(Ok(message)) = message else { return };
        let Message::Text(text) = message else { continue };
        let Ok(mut message) = serde_json::from_str::<Value>(&text) else { continue };
        match message["type"].as_str().unwrap_or_default() {
            "welcome" | "view" => tell.send_modify(|seen| seen.view = message["view"].take()),
            "reoffer" => tell.send_modify(|seen| seen.reoffers += 1),
            "ping" => {
                let pong = json!({"type": "pong", "number": message["number"]});
                if socket.send(Message::text(pong.to_string())).await.is_err() {
                    return;
                }
            }
            "bye" => {
                let why = message["why"].as_str().unwrap_or("no reason").to_owned();
                tell.send_modify(|seen| seen.bye = Some(why));
            }
            "answer" | "outcome" => {
                let number = message["request"].as_u64().unwrap_or_default();
                let Some(answer) = open.remove(&number) else { continue };
                let refused = message["outcome"]["why"].as_str().map(str::to_owned);
                drop(answer.send(refused.map_or(Ok(message), Err)));
            }
            _ => (),
        }
    }
}
