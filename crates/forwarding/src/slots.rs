//! Who sits in which slot of a connection.
//!
//! What is not here: numbers and packets; a slot's lines are in `send_line.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::ParticipantId;

/// Who is in which slot. People keep theirs as long as they are due one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seating {
    /// Seat slot to the person heard and seen there.
    pub(crate) seats: BTreeMap<u8, ParticipantId>,
    /// Screen slot to the person whose screen is shown there.
    pub(crate) screens: BTreeMap<u8, ParticipantId>,
}

impl Seating {
    /// Gives every one of `due` a slot of `slots`: the old one where there is one, else the lowest
    /// free one, by participant number. Who finds none is left out.
    pub(crate) fn settle(
        seated: &mut BTreeMap<u8, ParticipantId>,
        slots: &BTreeSet<u8>,
        due: &BTreeSet<ParticipantId>,
    ) {
        seated.retain(|slot, who| slots.contains(slot) && due.contains(who));
        let mut waiting: Vec<ParticipantId> = due
            .iter()
            .filter(|who| !seated.values().any(|seated| seated == *who))
            .copied()
            .collect();
        waiting.reverse();
        for slot in slots {
            if seated.contains_key(slot) {
                continue;
            }
            let Some(who) = waiting.pop() else { break };
            seated.insert(*slot, who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn people(ids: &[u32]) -> BTreeSet<ParticipantId> {
        ids.iter().copied().map(ParticipantId).collect()
    }

    #[test]
    fn people_keep_their_slots_when_others_come_and_go() {
        let slots = BTreeSet::from([0, 1, 2]);
        let mut seated = BTreeMap::new();
        Seating::settle(&mut seated, &slots, &people(&[5, 7]));
        assert_eq!(seated, BTreeMap::from([(0, ParticipantId(5)), (1, ParticipantId(7))]));
        Seating::settle(&mut seated, &slots, &people(&[1, 7]));
        assert_eq!(seated, BTreeMap::from([(0, ParticipantId(1)), (1, ParticipantId(7))]));
        Seating::settle(&mut seated, &slots, &people(&[1, 2, 3, 7]));
        assert_eq!(seated[&2], ParticipantId(2), "and the last one waits for a slot");
        Seating::settle(&mut seated, &BTreeSet::from([0]), &people(&[7]));
        assert_eq!(seated, BTreeMap::from([(0, ParticipantId(7))]), "the slot is gone");
    }

    proptest! {
        #[test]
        fn slots_are_full_before_anybody_waits(
            slots in proptest::collection::btree_set(0_u8..8, 0..8),
            rounds in proptest::collection::vec(proptest::collection::btree_set((0_u32..12).prop_map(ParticipantId), 0..12), 1..8),
        ) {
            let mut seated = BTreeMap::new();
            for due in rounds {
                let before: BTreeMap<u8, ParticipantId> = seated.clone();
                Seating::settle(&mut seated, &slots, &due);
                prop_assert_eq!(seated.len(), slots.len().min(due.len()));
                let who: BTreeSet<_> = seated.values().copied().collect();
                prop_assert_eq!(who.len(), seated.len());
                prop_assert!(who.is_subset(&due));
                prop_assert!(before.iter().all(|(slot, who)| !due.contains(who) || seated[slot] == *who));
            }
        }
    }
}
