//! One broker for all tests of this binary: the first that wants it starts it, the last stops it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::common::own_broker::OwnBroker;
use super::endpoint::Signer;
use super::{OAUTH, PLAIN, SCRAM};

/// A broker with a listener for each way in; `alice` is known to PLAIN, `carol` to SCRAM.
pub(crate) struct Broker {
    own: OwnBroker,
    pub(crate) signer: Signer,
}

const VALIDATOR: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler";

static SHARED: Mutex<Weak<Broker>> = Mutex::new(Weak::new());

/// The broker, or none after saying that the test is skipped.
pub(crate) fn broker() -> Option<Arc<Broker>> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(broker) = shared.upgrade() {
        return Some(broker);
    }
    let broker = Arc::new(Broker::start()?);
    *shared = Arc::downgrade(&broker);
    Some(broker)
}

impl Broker {
    /// Where every mechanism is spoken.
    pub(crate) fn sasl(&self) -> String {
        self.listener(2)
    }

    /// Where tokens have to be signed with [`Broker::signer`].
    pub(crate) fn signed(&self) -> String {
        self.listener(4)
    }

    /// Where a session ends after two seconds, and SCRAM is not spoken.
    pub(crate) fn brief(&self) -> String {
        self.listener(3)
    }

    fn listener(&self, offset: u16) -> String {
        self.own.at("127.0.0.1", offset)
    }

    fn start() -> Option<Broker> {
        let (mut own, signer) = (OwnBroker::prepare(5)?, Signer::new());
        let keys = own.path("keys.json");
        fs::write(&keys, signer.keys()).unwrap();
        own.java_options = format!("-Xmx256m -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file:{}", keys.display());
        let mut broker = Broker { own, signer };
        let properties = broker.properties();
        broker.own.start(&properties);
        broker.create_users();
        Some(broker)
    }

    /// A file that goes with the broker.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.own.path(name)
    }

    fn properties(&self) -> String {
        let [plaintext, controller, sasl, brief, signed] = [0, 1, 2, 3, 4].map(|offset| self.listener(offset));
        let advertised = format!("PLAINTEXT://{plaintext},SASL://{sasl},BRIEF://{brief},SIGNED://{signed}");
        let mut text = format!(
            "listeners=CONTROLLER://{controller},{advertised}\nadvertised.listeners={advertised}\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,BRIEF:SASL_PLAINTEXT,SIGNED:SASL_PLAINTEXT\n\
             sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER\n\
             listener.name.brief.sasl.enabled.mechanisms=PLAIN,OAUTHBEARER\n\
             listener.name.signed.sasl.enabled.mechanisms=OAUTHBEARER\n\
             listener.name.signed.oauthbearer.sasl.server.callback.handler.class={VALIDATOR}\n\
             sasl.oauthbearer.jwks.endpoint.url=file:{}\n\
             delegation.token.secret.key=a-key-for-tests\n",
            self.path("keys.json").display()
        );
        for listener in ["sasl", "brief", "signed"] {
            let mut login = |mechanism: &str, module: &str| {
                writeln!(text, "listener.name.{listener}.{mechanism}.sasl.jaas.config={module};").unwrap();
                writeln!(text, "listener.name.brief.{mechanism}.connections.max.reauth.ms=2000").unwrap();
            };
            login("plain", &format!("{PLAIN} required user_alice=\"alice-secret\""));
            login("oauthbearer", &format!("{OAUTH} required unsecuredLoginStringClaim_sub=\"broker\""));
            login("scram-sha-256", &format!("{SCRAM} required"));
            login("scram-sha-512", &format!("{SCRAM} required"));
        }
        text
    }

    fn create_users(&self) {
        let alter = |mechanism: &str| {
            let config = format!("{mechanism}=[iterations=4096,password=carol-secret]");
            let mut command =
                self.own.command(&["tool", "kafka.admin.ConfigCommand", "--alter", "--add-config", &config]);
            command.args(["--entity-type", "users", "--entity-name", "carol"]);
            command.args(["--bootstrap-server", &self.listener(0)]).stdout(Stdio::null()).spawn().unwrap()
        };
        for mut tool in [alter("SCRAM-SHA-256"), alter("SCRAM-SHA-512")] {
            assert!(tool.wait().unwrap().success());
        }
    }

    /// The id and the HMAC of a delegation token of carol's.
    pub(crate) fn delegation_token(&self) -> (String, String) {
        let login = format!(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-256\n\
             sasl.jaas.config={SCRAM} required username=carol password=\"carol-secret\";\n"
        );
        let file = self.path("carol.properties");
        fs::write(&file, login).unwrap();
        let mut command = self.own.command(&["tool", "org.apache.kafka.tools.DelegationTokenCommand", "--create"]);
        command.args(["--max-life-time-period", "-1", "--bootstrap-server", &self.sasl(), "--command-config"]);
        let output = command.arg(file).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let row = text.lines().map(str::split_whitespace).map(Vec::from_iter).find(|row| row.contains(&"User:carol"));
        let row = row.unwrap_or_else(|| panic!("no token: {text} {}", String::from_utf8_lossy(&output.stderr)));
        (row[0].to_owned(), row[1].to_owned())
    }
}
