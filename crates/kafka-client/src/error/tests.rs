use super::*;

#[test]
fn codes_say_what_java_says() {
    use ErrorKind::*;
    for (code, name, class, kind) in [
        (3, "UNKNOWN_TOPIC_OR_PARTITION", "UnknownTopicOrPartitionException", RefreshMetadata),
        (7, "REQUEST_TIMED_OUT", "TimeoutException", Retriable), // the class is not the name's
        (8, "BROKER_NOT_AVAILABLE", "BrokerNotAvailableException", Fatal), // Java does not retry it
        (10, "MESSAGE_TOO_LARGE", "RecordTooLargeException", Fatal),
        (31, "CLUSTER_AUTHORIZATION_FAILED", "ClusterAuthorizationException", Authorization),
        (51, "CONCURRENT_TRANSACTIONS", "ConcurrentTransactionsException", Retriable),
        (90, "PRODUCER_FENCED", "ProducerFencedException", Fenced),
        (120, "TRANSACTION_ABORTABLE", "TransactionAbortableException", Abortable),
        (9999, "UNKNOWN_SERVER_ERROR", "UnknownServerException", Fatal),
    ] {
        let code = ErrorCode(code);
        let class = format!("org.apache.kafka.common.errors.{class}");
        assert_eq!((code.name(), code.java_class(), code.kind()), (name, class.as_str(), kind));
    }
}

#[test]
fn the_table_has_every_code_of_4_3_once() {
    let codes: Vec<i16> = codes::TABLE.iter().map(|row| row.code).collect();
    let want: Vec<i16> = std::iter::once(-1).chain(1..=133).collect();
    assert_eq!(codes, want);
}

#[test]
fn an_error_names_its_context_first() {
    let error = KafkaError::broker(ErrorCode::TOPIC_AUTHORIZATION_FAILED, "Topic orders");
    assert_eq!(error.to_string(), "Topic orders: Topic authorization failed.");
    assert!(!error.is_retriable());
    assert!(KafkaError::check(0, || unreachable!()).is_ok());
}
