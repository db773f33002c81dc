//! Consumer offsets in the shape of source offsets, as REST shows and takes them.
//! Source: Apache Kafka, `SinkUtils.parseSinkConnectorOffsets`.

use std::collections::BTreeMap;

use connect_api::{Map, SourceOffsets, TopicOffsets, TopicPartition, Value};
use connect_core::herder::HerderError;

const TOPIC: &str = "kafka_topic";
const PARTITION: &str = "kafka_partition";
const OFFSET: &str = "kafka_offset";

/// Partitions and the offsets that they are set to; none removes one.
pub(super) type Wanted = BTreeMap<TopicPartition, Option<i64>>;

pub(super) fn show(offsets: &TopicOffsets) -> SourceOffsets {
    let one = |(at, &offset): (&TopicPartition, &i64)| {
        let partition = [(PARTITION, Value::Int64(at.partition.into())), (TOPIC, Value::string(at.topic.to_string()))];
        (Some(map(partition)), Some(map([(OFFSET, Value::Int64(offset))])))
    };
    offsets.iter().map(one).collect()
}

/// The last of those that name the same partition counts. Numbers may be written as text.
/// # Errors
/// Something is missing, or is not a number.
pub(super) fn parse(offsets: &SourceOffsets) -> Result<Wanted, HerderError> {
    let one = |(partition, offset): &(Option<Map>, Option<Map>)| {
        Ok((parse_partition(partition.as_ref())?, offset.as_ref().map(parse_offset).transpose()?))
    };
    offsets.iter().map(one).collect()
}

fn parse_partition(partition: Option<&Map>) -> Result<TopicPartition, HerderError> {
    let partition =
        partition.ok_or_else(|| refused("The partition for a sink connector offset cannot be null or missing"))?;
    let (Some(topic), Some(number)) = (partition.get_str(TOPIC), partition.get_str(PARTITION)) else {
        let keys = format!("must contain the keys '{TOPIC}' and '{PARTITION}'");
        return Err(refused(format!("The partition for a sink connector offset {keys}")));
    };
    if topic.is_null() {
        return Err(refused("Kafka topic names must be valid strings and may not be null"));
    }
    if number.is_null() {
        return Err(refused("Kafka partitions must be valid numbers and may not be null"));
    }
    let number = number.to_string().parse().map_err(|_| not_a_number("partition", "Partition", number))?;
    Ok(TopicPartition { topic: topic.to_string().into(), partition: number })
}

fn parse_offset(offset: &Map) -> Result<i64, HerderError> {
    let Some(value) = offset.get_str(OFFSET) else {
        let keys = format!("should either be null or contain the key '{OFFSET}'");
        return Err(refused(format!("The offset for a sink connector {keys}")));
    };
    let number = value.to_string().parse().map_err(|_| not_a_number("offset", "Offset", value))?;
    if number < 0 { Err(refused("Invalid negative offset")) } else { Ok(number) }
}

fn not_a_number(what: &str, whats: &str, value: &Value) -> HerderError {
    refused(format!(
        "Failed to parse the following Kafka {what} value in the provided offsets: '{value}'. {whats} values for sink \
         connectors need to be integers."
    ))
}

fn refused(text: impl Into<String>) -> HerderError {
    HerderError::BadRequest(text.into())
}

fn map<const N: usize>(pairs: [(&'static str, Value); N]) -> Map {
    pairs.into_iter().map(|(key, value)| (Value::string(key), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn int(number: i64) -> Value {
        Value::Int64(number)
    }

    #[test]
    fn what_is_taken_and_what_is_refused() {
        let t = Value::string;
        let keys =
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'";
        let offset_key = "The offset for a sink connector should either be null or contain the key 'kafka_offset'";
        let partition = |value: &str| {
            format!(
                "Failed to parse the following Kafka partition value in the provided offsets: '{value}'. Partition values for sink connectors need to be integers."
            )
        };
        let offset = |value: &str| {
            format!(
                "Failed to parse the following Kafka offset value in the provided offsets: '{value}'. Offset values for sink connectors need to be integers."
            )
        };
        let at = |topic: Value, number: Value| Some(map([(TOPIC, topic), (PARTITION, number)]));
        let to = |value: Value| Some(map([(OFFSET, value)]));
        for (given_partition, given_offset, want) in [
            (at(t("t"), int(1)), to(int(7)), Ok(Some(7))),
            (at(t("t"), t("1")), to(t("7")), Ok(Some(7))), // text that holds a number
            (at(t("t"), int(1)), None, Ok(None)),
            (None, to(int(7)), Err("The partition for a sink connector offset cannot be null or missing".to_owned())),
            (Some(map([(TOPIC, t("t"))])), to(int(7)), Err(keys.to_owned())),
            (Some(map([(PARTITION, int(1))])), to(int(7)), Err(keys.to_owned())),
            (
                at(Value::Null, int(1)),
                to(int(7)),
                Err("Kafka topic names must be valid strings and may not be null".to_owned()),
            ),
            (
                at(t("t"), Value::Null),
                to(int(7)),
                Err("Kafka partitions must be valid numbers and may not be null".to_owned()),
            ),
            (at(t("t"), t("x")), to(int(7)), Err(partition("x"))),
            (at(t("t"), Value::Float64(1.5)), to(int(7)), Err(partition("1.5"))),
            (at(t("t"), int(1 << 40)), to(int(7)), Err(partition("1099511627776"))),
            (at(t("t"), int(1)), Some(map([("x", int(7))])), Err(offset_key.to_owned())),
            (at(t("t"), int(1)), to(t("x")), Err(offset("x"))),
            (at(t("t"), int(1)), to(Value::Null), Err(offset("null"))),
            (at(t("t"), int(1)), to(int(-1)), Err("Invalid negative offset".to_owned())),
        ] {
            let parsed = parse(&vec![(given_partition.clone(), given_offset.clone())]);
            let partition = TopicPartition { topic: "t".into(), partition: 1 };
            let want = want.map(|offset| Wanted::from([(partition, offset)])).map_err(HerderError::BadRequest);
            assert_eq!(parsed, want, "{given_partition:?} {given_offset:?}");
        }
    }

    #[test]
    fn what_is_shown_can_be_given_back() {
        let partition = TopicPartition { topic: "t".into(), partition: 1 };
        let shown = show(&TopicOffsets::from([(partition.clone(), 3)]));
        assert_eq!(
            shown[0].0.as_ref().map(|map| Value::map(map.clone()).to_string()).as_deref(),
            Some("{kafka_partition=1, kafka_topic=t}")
        );
        assert_eq!(parse(&shown), Ok(Wanted::from([(partition, Some(3))])));
    }
}
