//! Where a record can fail.

/// Where a record failed; `Display` is the name in logs and dead letter headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    TaskPut,
    Transformation,
    KeyConverter,
    ValueConverter,
    HeaderConverter,
    KafkaProduce,
}

impl Stage {
    /// Whether any error may be tolerated here; elsewhere only a retriable one.
    pub(super) fn tolerates_all(self) -> bool {
        match self {
            Self::Transformation | Self::KeyConverter | Self::ValueConverter | Self::HeaderConverter => true,
            Self::TaskPut | Self::KafkaProduce => false,
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TaskPut => "TASK_PUT",
            Self::Transformation => "TRANSFORMATION",
            Self::KeyConverter => "KEY_CONVERTER",
            Self::ValueConverter => "VALUE_CONVERTER",
            Self::HeaderConverter => "HEADER_CONVERTER",
            Self::KafkaProduce => "KAFKA_PRODUCE",
        })
    }
}
