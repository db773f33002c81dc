//! A broker with a listener for each kind of TLS, and the stores for both sides.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::own_broker::OwnBroker;

/// What each listener shows of itself: name, key store, its type, whether it asks for a client certificate.
const LISTENERS: [(&str, &str, &str, bool); 8] = [
    ("ONEWAY", "broker.p12", "PKCS12", false),
    ("MUTUAL", "broker.p12", "PKCS12", true),
    ("WRONGHOST", "wrong.p12", "PKCS12", false),
    ("EXPIRED", "expired.p12", "PKCS12", false),
    ("COMMONNAME", "cn.jks", "JKS", false),
    ("VERSION1", "version1.pem", "PEM", false),
    ("MUTUAL12", "broker.p12", "PKCS12", true),  // TLS 1.2 only
    ("PASSWORD", "broker.p12", "PKCS12", false), // SASL within TLS
];

/// Stopped when dropped.
pub(crate) struct TlsBroker {
    own: OwnBroker,
}

impl TlsBroker {
    /// Makes the stores and starts the broker; none after saying that the test is skipped.
    pub(crate) fn start() -> Option<TlsBroker> {
        let mut own = OwnBroker::prepare(u16::try_from(LISTENERS.len()).unwrap() + 2)?;
        own.java_options = "-Xmx384m".to_owned();
        make_stores(&own.path(""));
        let mut broker = TlsBroker { own };
        let properties = broker.properties();
        broker.own.start(&properties);
        Some(broker)
    }

    /// A file of the stores' folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.own.path(name)
    }

    /// `host:port` of a listener.
    pub(crate) fn address(&self, listener: &str, host: &str) -> String {
        let index = LISTENERS.iter().position(|(name, ..)| *name == listener);
        let offset = index.map_or(0, |index| index + 2);
        self.own.at(host, u16::try_from(offset).unwrap())
    }

    fn properties(&self) -> String {
        let all = LISTENERS.map(|(name, ..)| name);
        let list = |sockets: &[&str]| {
            let sockets = sockets.iter().map(|name| format!("{name}://{}", self.address(name, "localhost")));
            sockets.collect::<Vec<_>>().join(",")
        };
        let with_plaintext: Vec<&str> = ["PLAINTEXT"].into_iter().chain(all).collect();
        let protocols: Vec<String> =
            all.iter().map(|name| format!("{name}:{}", if *name == "PASSWORD" { "SASL_SSL" } else { "SSL" })).collect();
        let mut text = format!(
            "listeners=CONTROLLER://{},{}\nadvertised.listeners={}\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,{}\n\
             inter.broker.listener.name=PLAINTEXT\n",
            self.own.at("localhost", 1),
            list(&with_plaintext),
            list(&with_plaintext),
            protocols.join(",")
        );
        for (name, store, store_type, mutual) in LISTENERS {
            let key = format!("listener.name.{}.ssl", name.to_lowercase());
            let (store, trust) = (self.path(store), self.path("trust.p12"));
            text += &format!("{key}.keystore.location={}\n{key}.keystore.type={store_type}\n", store.display());
            if store_type != "PEM" {
                text += &format!("{key}.keystore.password=secret1\n");
            }
            text += &format!("{key}.truststore.location={}\n{key}.truststore.password=secret1\n", trust.display());
            text += &format!("{key}.client.auth={}\n", if mutual { "required" } else { "none" });
            if name == "MUTUAL12" {
                text += &format!("{key}.enabled.protocols=TLSv1.2\n");
            }
        }
        let module = "org.apache.kafka.common.security.plain.PlainLoginModule required user_ann=\"pass\";";
        let key = "listener.name.password";
        text + &format!("{key}.sasl.enabled.mechanisms=PLAIN\n{key}.plain.sasl.jaas.config={module}\n")
    }
}

fn make_stores(folder: &Path) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let mut command = Command::new(tests.join("make-stores.sh"));
    let output = command.arg(folder).arg(tests.join("fixtures")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
