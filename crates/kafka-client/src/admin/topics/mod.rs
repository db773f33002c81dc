//! Topics: create, delete, list, describe, add partitions.

mod create;
mod delete;
mod describe;
mod list;
mod name;
mod partitions;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use create::{CreatedTopic, CreatedTopicDetails, NewTopic};
pub use describe::{PartitionDescription, TopicDescription};
pub use list::TopicListing;
pub use name::validate_topic_name;
pub use partitions::NewPartitions;

use crate::ErrorCode;

/// A topic's id; written as Java writes it, in 22 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicId(pub u128);

impl TopicId {
    fn wire(self) -> uuid::Uuid {
        uuid::Uuid::from_u128(self.0)
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.to_be_bytes()))
    }
}

/// What is asked again for single topics of an answer. All else is for the caller: repeating it may do it twice.
const REPEATED: &[ErrorCode] = &[ErrorCode::NOT_CONTROLLER, ErrorCode::THROTTLING_QUOTA_EXCEEDED];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_java_writes_it() {
        assert_eq!(TopicId(1).to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        assert_eq!(TopicId(u128::MAX).to_string(), "_____________________w");
    }
}
