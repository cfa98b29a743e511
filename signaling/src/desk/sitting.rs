//! The sitting a call becomes, and the sittings of a station's day.
//!
//! What is not here: what happens in them.

use hearing::StaffId;
use model::view::Heading;
use model::{HearingId, Private, Role, StationId, Timestamp};
use protocol::{CallView, StationSitting};

use super::{Desk, Trouble, brief, role_of};
use crate::docket::{AccountId, DocketFault, NewHearing, NewPerson};

impl Desk {
    /// Makes the sitting of a call that was taken.
    pub(super) async fn make_sitting(
        &self,
        call: &CallView,
        staff: StaffId,
    ) -> Result<HearingId, Trouble> {
        let now = self.clock.now().utc;
        let account = AccountId(staff.0);
        let found = self.docket.account(account).await?.ok_or(model::Refusal::NotFound)?;
        let heading = Heading {
            court: call.tribunal.clone(),
            case_number: Private::new(format!("点对点 {}", call.call)),
            cause: Private::from("视频咨询"),
            scheduled_at: now,
        };
        let people = vec![
            NewPerson::new(role_of(found.kind), found.shown_name, Some(account)),
            NewPerson::new(Role::Visitor, Private::new(call.station_name.clone()), None),
        ];
        let mut sitting = NewHearing::new(heading, people);
        sitting.brief = brief();
        Ok(self.docket.add_hearing(&sitting, now).await?)
    }

    /// Ends the sitting of a call that is over, whether somebody ever entered it or not.
    pub(super) async fn end_sitting(&self, hearing: HearingId) {
        if self.hearings.hang_up(hearing).await {
            return;
        }
        if let Err(fault) = self.docket.close_call(hearing).await {
            tracing::error!(%hearing, %fault, "the docket failed");
        }
    }

    /// Sittings of today at a station.
    pub(super) async fn sittings_at(
        &self,
        station: StationId,
        now: Timestamp,
    ) -> Result<Vec<StationSitting>, DocketFault> {
        let mut sittings = self.docket.sittings_at(station, now).await?;
        for sitting in &mut sittings {
            if let Some(stage) = self.hearings.stage(sitting.hearing) {
                sitting.stage = stage;
            }
        }
        Ok(sittings)
    }
}
