use connect_config::Props;

use super::*;
use crate::KafkaError;
use crate::config::Keys;
use crate::security::system_properties::SystemProperties;

const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";
const SCRAM: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";
const OAUTH: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

fn parse(system: &str, entries: &[(&str, &str)]) -> Result<SaslConfig, KafkaError> {
    let props: Props = entries.iter().copied().collect();
    SaslConfig::parse(&Keys::new(&props), &SystemProperties::parse(system))
}

#[test]
fn says_what_is_wrong() {
    let plain = format!("{PLAIN} required username=u password=p;");
    for (mechanism, jaas, extra, want) in [
        (
            None,
            plain.as_str(),
            None,
            "Invalid value GSSAPI for configuration sasl.mechanism: this client does not have \
             this mechanism (Java's default); set one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER",
        ),
        (
            Some("DIGEST-MD5"),
            &plain,
            None,
            "Invalid value DIGEST-MD5 for configuration sasl.mechanism: this client does \
             not have this mechanism; set one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER",
        ),
        (
            Some("PLAIN"),
            &format!("{plain}{plain}"),
            None,
            "JAAS config property contains 2 login modules, should be 1 module",
        ),
        (Some("PLAIN"), "x", None, "sasl.jaas.config: Login module control flag not specified in JAAS config"),
        (
            Some("PLAIN"),
            &format!("{PLAIN} required username=u;"),
            None,
            "sasl.jaas.config: the login module \
             org.apache.kafka.common.security.plain.PlainLoginModule needs the option password for PLAIN",
        ),
        (
            Some("PLAIN"),
            &format!("{PLAIN} required username=u password=\"p\\0\";"),
            None,
            "sasl.jaas.config: username and \
             password for PLAIN cannot hold NUL",
        ),
        (
            Some("SCRAM-SHA-256"),
            "com.example.Vault required;",
            None,
            "the JAAS configuration names com.example.Vault, \
             which this client cannot use for SCRAM-SHA-256; it takes \
             org.apache.kafka.common.security.scram.ScramLoginModule",
        ),
        (
            Some("OAUTHBEARER"),
            &plain,
            None,
            "the JAAS configuration names \
             org.apache.kafka.common.security.plain.PlainLoginModule, which this client cannot use for OAUTHBEARER; it \
             takes org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
        ),
        (
            Some("PLAIN"),
            &plain,
            Some(("sasl.login.class", "com.example.Login")),
            "Invalid value com.example.Login for \
             configuration sasl.login.class: this client cannot run a Java class; remove the property, or name one of \
             org.apache.kafka.common.security.authenticator.DefaultLogin, \
             org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerRefreshingLogin",
        ),
    ] {
        let mut entries = vec![("sasl.jaas.config", jaas)];
        entries.extend(mechanism.map(|mechanism| ("sasl.mechanism", mechanism)));
        entries.extend(extra);
        assert_eq!(parse("", &entries).unwrap_err().to_string(), want);
    }
    let without = parse("", &[("sasl.mechanism", "PLAIN")]).unwrap_err().to_string();
    assert!(without.starts_with(
        "Could not find a 'KafkaClient' entry in the JAAS configuration. System property \
         'java.security.auth.login.config' is not set"
    ));
    let away = parse("-Djava.security.auth.login.config=/no/such", &[("sasl.mechanism", "PLAIN")]).unwrap_err();
    assert!(away.to_string().contains("/no/such (No such file or directory"), "{away}");
}

#[test]
fn refuses_the_classes_of_others() {
    for key in [
        "sasl.login.class",
        "sasl.login.callback.handler.class",
        "sasl.client.callback.handler.class",
        "sasl.oauthbearer.jwt.retriever.class",
        "sasl.oauthbearer.jwt.validator.class",
    ] {
        let jaas = format!("{OAUTH} required unsecuredLoginStringClaim_sub=x;");
        let entries = [("sasl.mechanism", "OAUTHBEARER"), ("sasl.jaas.config", &jaas), (key, "com.example.Own")];
        let error = parse("", &entries).unwrap_err().to_string();
        assert!(error.starts_with(&format!("Invalid value com.example.Own for configuration {key}: ")), "{error}");
    }
}

#[tokio::test]
async fn plain_says_name_and_password() {
    let jaas = format!("{PLAIN} required username=\"u é\" password=\"p,=\";");
    let config = parse("", &[("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", &jaas)]).unwrap();
    let mut exchange = config.exchange().await.unwrap();
    assert_eq!(exchange.first(), "\0u é\0p,=");
    assert_eq!(exchange.next(b"").await, Ok(None));
}

#[test]
fn shows_no_secret_and_tells_configs_apart() {
    for (mechanism, module) in [("PLAIN", PLAIN), ("SCRAM-SHA-512", SCRAM)] {
        let config = |password: &str| {
            let jaas = format!("{module} required username=u password={password};");
            parse("", &[("sasl.mechanism", mechanism), ("sasl.jaas.config", &jaas)]).unwrap()
        };
        assert!(!format!("{:?}", config("hush")).contains("hush"));
        assert_eq!(config("hush"), config("hush"));
        assert_ne!(config("hush"), config("other"));
    }
}
