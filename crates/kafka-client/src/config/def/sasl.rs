//! SASL and its logins. Which mechanisms and classes there are is checked by [`crate::security`].

use connect_config::ConfigType::{Class, Double, Int, Long, Password, Short, String};
use connect_config::Importance::{Low, Medium};

use super::row::{Row, key, nullable};
use super::valid::Valid;

const KERBEROS: &str = "this client does not speak GSSAPI";

pub(super) const KEYS: &[Row] = &[
    nullable("sasl.kerberos.service.name", String, Medium, "The Kerberos principal that brokers run as.")
        .unused(KERBEROS),
    key("sasl.kerberos.kinit.cmd", String, "/usr/bin/kinit", Low, "The command that gets a Kerberos ticket.")
        .unused(KERBEROS),
    key(
        "sasl.kerberos.ticket.renew.window.factor",
        Double,
        "0.8",
        Low,
        "After which share of its life a Kerberos ticket is renewed.",
    )
    .unused(KERBEROS),
    key(
        "sasl.kerberos.ticket.renew.jitter",
        Double,
        "0.05",
        Low,
        "How much chance there is in the time of that renewal.",
    )
    .unused(KERBEROS),
    key(
        "sasl.kerberos.min.time.before.relogin",
        Long,
        "60000",
        Low,
        "How many milliseconds lie between two Kerberos logins at least.",
    )
    .unused(KERBEROS),
    key(
        "sasl.login.refresh.window.factor",
        Double,
        "0.8",
        Low,
        "After which share of its life a login's credential is replaced.",
    )
    .valid(Valid::BetweenFractions(0.5, 1.0)),
    key(
        "sasl.login.refresh.window.jitter",
        Double,
        "0.05",
        Low,
        "How much chance there is in the time of that replacement.",
    )
    .valid(Valid::BetweenFractions(0.0, 0.25)),
    key(
        "sasl.login.refresh.min.period.seconds",
        Short,
        "60",
        Low,
        "How many seconds lie between two replacements at least.",
    )
    .valid(Valid::Between(0, 900)),
    key(
        "sasl.login.refresh.buffer.seconds",
        Short,
        "300",
        Low,
        "How many seconds before its end a credential is replaced at the latest.",
    )
    .valid(Valid::Between(0, 3600)),
    key(
        "sasl.mechanism",
        String,
        "GSSAPI",
        Medium,
        "How the client says who it is: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER.",
    ),
    nullable(
        "sasl.jaas.config",
        Password,
        Medium,
        "The login module with its user and password or token, in JAAS's notation.",
    ),
    nullable(
        "sasl.client.callback.handler.class",
        Class,
        Medium,
        "The Java class that answers the mechanism's questions.",
    ),
    nullable(
        "sasl.login.callback.handler.class",
        Class,
        Medium,
        "The Java class that answers the login module's questions.",
    ),
    nullable("sasl.login.class", Class, Medium, "The Java class that logs in."),
    nullable(
        "sasl.login.connect.timeout.ms",
        Int,
        Low,
        "How many milliseconds a connection to the token endpoint may take.",
    ),
    nullable("sasl.login.read.timeout.ms", Int, Low, "How many milliseconds the token endpoint has for an answer."),
    key(
        "sasl.login.retry.backoff.max.ms",
        Long,
        "10000",
        Low,
        "How far the pause between two questions to the token endpoint may grow, in milliseconds.",
    ),
    key(
        "sasl.login.retry.backoff.ms",
        Long,
        "100",
        Low,
        "How many milliseconds to wait before the token endpoint is asked again.",
    ),
];
