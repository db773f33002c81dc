//! The sticky assignors: even shares, and whoever had a partition keeps it if that can be.
//! ```text
//!                          all read the same ─▶ even::assign ──────┐
//! what members had ─▶ Claims                                       ├─▶ (cooperative) without what its owner has yet to give up
//!                          they do not ──────▶ uneven::assign ─────┘
//! ```
//! Source: Apache Kafka, `AbstractStickyAssignor`, `StickyAssignor` and `CooperativeStickyAssignor`.

mod claims;
mod even;
mod movements;
mod uneven;

use std::collections::{BTreeMap, BTreeSet};

use super::input::{Input, Owners, Slot};
use super::racks::RackInfo;
use super::user_data::{self, Claim};
use claims::Claims;

pub(super) fn assign(input: &Input<'_>) -> Owners {
    let claims = Claims::new(input, |member| user_data::read_sticky(input.members[member].wanted.user_data.as_ref()));
    match claims.all_read_the_same {
        true => even::assign(input, &claims).0,
        false => uneven::assign(input, &claims),
    }
}

/// As [`assign`]; but what somebody else still has is given to nobody until its owner has let it go.
pub(super) fn assign_cooperatively(input: &Input<'_>) -> Owners {
    let claims = Claims::new(input, |member| cooperative_claim(input, member));
    let (mut owners, moving) = match claims.all_read_the_same {
        true => even::assign(input, &claims),
        false => {
            let owners = uneven::assign(input, &claims);
            let moving = moving(input, &owners);
            (owners, moving)
        }
    };
    owners.iter_mut().for_each(|slots| slots.retain(|slot| !moving.contains(slot)));
    owners
}

/// Newer members say in the subscription itself which generation they were in, older ones in the user data.
fn cooperative_claim(input: &Input<'_>, member: usize) -> Claim {
    let wanted = input.members[member].wanted;
    let generation = match wanted.generation {
        ..0 => user_data::read_cooperative(wanted.user_data.as_ref()),
        known => Some(known),
    };
    Claim { partitions: wanted.owned.clone(), generation }
}

/// What one member gets while another one gives it up.
fn moving(input: &Input<'_>, owners: &Owners) -> BTreeSet<Slot> {
    let (mut added, mut revoked) = (BTreeSet::new(), BTreeSet::new());
    for (member, slots) in input.members.iter().zip(owners) {
        let before: BTreeSet<Slot> = member.wanted.owned.iter().filter_map(|name| input.slot(name)).collect();
        let after: BTreeSet<Slot> = slots.iter().copied().collect();
        added.extend(after.difference(&before));
        revoked.extend(before.difference(&after));
    }
    added.intersection(&revoked).copied().collect()
}

/// Who had what, in the order in which the members are looked at.
type Previous = BTreeMap<Slot, (usize, i32)>;
