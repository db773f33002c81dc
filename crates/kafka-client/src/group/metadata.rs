//! Who consumed the offsets that somebody else commits.

use std::fmt;

use super::Generation;

/// A member of a group at one time, as a transactional producer shows it to the group's coordinator: offsets of a member
/// that was replaced meanwhile are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroupMetadata {
    /// `group.id`.
    pub group_id: String,
    /// The generation that the member belongs to; -1 for none.
    pub generation_id: i32,
    /// The member; empty for none.
    pub member_id: String,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<String>,
}

impl ConsumerGroupMetadata {
    /// A group without naming a member: nothing keeps others that read for it from committing as well.
    pub fn new(group_id: impl Into<String>) -> Self {
        ConsumerGroupMetadata::of(group_id, Generation::NONE, None)
    }

    /// A member as of `generation`.
    pub fn of(group_id: impl Into<String>, generation: Generation, group_instance_id: Option<String>) -> Self {
        let Generation { id: generation_id, member_id } = generation;
        ConsumerGroupMetadata { group_id: group_id.into(), generation_id, member_id, group_instance_id }
    }
}

/// As Java writes it.
impl fmt::Display for ConsumerGroupMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConsumerGroupMetadata { group_id, generation_id, member_id, group_instance_id } = self;
        let instance = group_instance_id.as_deref().unwrap_or_default();
        write!(
            f,
            "GroupMetadata(groupId = {group_id}, generationId = {generation_id}, memberId = {member_id}, \
             groupInstanceId = {instance})"
        )
    }
}
