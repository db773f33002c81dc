//! OAUTHBEARER. How tokens are got is decided by [`crate::security`].

use connect_config::ConfigType::{Boolean, Class, Int, List, Long, Password, String};
use connect_config::Importance::{High, Low, Medium};

use super::row::{Row, key, nullable};
use super::valid::Valid;

const BROKERS: &str = "only brokers check the tokens of others";

pub(super) const KEYS: &[Row] = &[
    key(
        "sasl.oauthbearer.jwt.retriever.class",
        Class,
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
        Medium,
        "The Java class that gets a token.",
    ),
    key(
        "sasl.oauthbearer.jwt.validator.class",
        Class,
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
        Medium,
        "The Java class that checks a token.",
    ),
    nullable("sasl.oauthbearer.scope", String, Medium, "What the token is to allow."),
    nullable(
        "sasl.oauthbearer.client.credentials.client.id",
        String,
        Medium,
        "The name with which a token is asked for.",
    ),
    nullable(
        "sasl.oauthbearer.client.credentials.client.secret",
        Password,
        Medium,
        "The secret with which a token is asked for.",
    ),
    key("sasl.oauthbearer.assertion.algorithm", String, "RS256", Medium, "How an assertion is signed.")
        .valid(Valid::OneOfInAnyCase(&["ES256", "RS256"])),
    nullable("sasl.oauthbearer.assertion.claim.aud", String, Medium, "For whom an assertion is."),
    key("sasl.oauthbearer.assertion.claim.exp.seconds", Int, "300", Low, "For how many seconds an assertion holds.")
        .valid(Valid::Between(0, 86_400)),
    nullable("sasl.oauthbearer.assertion.claim.iss", String, Medium, "From whom an assertion is."),
    key(
        "sasl.oauthbearer.assertion.claim.jti.include",
        Boolean,
        "false",
        Medium,
        "Whether each assertion has a number of its own.",
    ),
    key(
        "sasl.oauthbearer.assertion.claim.nbf.seconds",
        Int,
        "60",
        Low,
        "From how many seconds before now an assertion holds.",
    )
    .valid(Valid::Between(0, 3_600)),
    nullable("sasl.oauthbearer.assertion.claim.sub", String, Medium, "Whom an assertion is about."),
    nullable("sasl.oauthbearer.assertion.file", String, Medium, "The file with an assertion that is ready to use."),
    nullable(
        "sasl.oauthbearer.assertion.private.key.file",
        String,
        Medium,
        "The file with the key that signs assertions.",
    ),
    nullable("sasl.oauthbearer.assertion.private.key.passphrase", Password, Medium, "The password of that key."),
    nullable(
        "sasl.oauthbearer.assertion.template.file",
        String,
        Medium,
        "The file with further headers and claims of assertions.",
    ),
    key("sasl.oauthbearer.scope.claim.name", String, "scope", Low, "Which claim of a token says what it allows."),
    key("sasl.oauthbearer.sub.claim.name", String, "sub", Low, "Which claim of a token says whom it is about."),
    nullable(
        "sasl.oauthbearer.token.endpoint.url",
        String,
        Medium,
        "Where tokens come from: an HTTP endpoint, or a file.",
    ),
    nullable("sasl.oauthbearer.jwks.endpoint.url", String, Medium, "Where the keys are that tokens are checked with.")
        .unused(BROKERS),
    key(
        "sasl.oauthbearer.jwks.endpoint.refresh.ms",
        Long,
        "3600000",
        Low,
        "After how many milliseconds those keys are fetched again.",
    )
    .unused(BROKERS),
    key(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
        Long,
        "10000",
        Low,
        "How far the pause between two questions for those keys may grow, in milliseconds.",
    )
    .unused(BROKERS),
    key(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
        Long,
        "100",
        Low,
        "How many milliseconds to wait before those keys are asked for again.",
    )
    .unused(BROKERS),
    key(
        "sasl.oauthbearer.clock.skew.seconds",
        Int,
        "30",
        Low,
        "By how many seconds the clocks of issuer and broker may differ.",
    )
    .unused(BROKERS),
    key("sasl.oauthbearer.expected.audience", List, "", High, "For whom a token must be.")
        .valid(Valid::List)
        .unused(BROKERS),
    nullable("sasl.oauthbearer.expected.issuer", String, High, "From whom a token must be.").unused(BROKERS),
    key(
        "sasl.oauthbearer.header.urlencode",
        Boolean,
        "false",
        Low,
        "Whether name and secret are URL-encoded before they go into the request for a token.",
    ),
];
