//! Bandwidth on the router's legs: feedback to publishers.
//!
//! What is not here: how an estimate is made (`estimate.rs`) and who gets what of it.

use model::Now;

use super::Router;
use crate::outlet::Outlet;

impl Router {
    /// Tells publishers what of theirs arrived, as far as that is due.
    pub(super) fn feed_back(&mut self, now: Now, out: &mut impl Outlet) {
        let Self { legs, compound, figures, wake, .. } = self;
        for leg in legs {
            let Some(due) = leg.bandwidth.feedback_due() else { continue };
            if due <= now.instant {
                let own_ssrc = leg.own_ssrc();
                loop {
                    compound.clear();
                    compound.receiver_report(own_ssrc, &[]);
                    if !leg.bandwidth.feed_back(now.instant, own_ssrc, compound) {
                        break;
                    }
                    out.rtcp(leg.id, compound.as_bytes());
                    figures.rtcp_out += 1;
                }
            }
            if let Some(due) = leg.bandwidth.feedback_due() {
                *wake = (*wake).min(due);
            }
        }
    }
}
