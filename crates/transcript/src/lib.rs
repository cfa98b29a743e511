//! The transcript of a hearing (庭审笔录, 调解笔录): one ordered document that clerk, assistant and
//! judge write at the same time, drafted by machine, frozen, objected to, corrected and signed.
//!
//! The server orders: a page's change names the revision it was made on, and one made on an older
//! revision is refused and brought onto the newest by the page. So nothing here transforms text,
//! every line has an author, an audience and a history, and the log reads as what happened.
//!
//! What is not here: time, the disk, sockets, and who may read which line (crate `hearing`).

mod canonical;
mod document;
mod draft;
mod review;
mod text;

pub use canonical::{Canonical, CanonicalLine, CanonicalPerson, canonical, part};
pub use document::{Document, Hand, label};
pub use draft::Drafter;
pub use review::{Acting, Plan, Review, Setting, Whom};
pub use text::{TextFault, apply};
