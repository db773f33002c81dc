//! A broker with a listener for each kind of TLS, and the stores for both sides.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

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

const START_MAX: Duration = Duration::from_secs(180);

/// Stopped when dropped.
pub(crate) struct TlsBroker {
    script: String,
    folder: TempDir,
    port: u16,
}

impl TlsBroker {
    /// Makes the stores and starts the broker with `script` (`scripts/apache.sh`).
    pub(crate) fn start(script: &str) -> TlsBroker {
        let folder = tempfile::tempdir().unwrap();
        make_stores(folder.path());
        let broker = TlsBroker { script: script.to_owned(), port: free_ports(), folder };
        std::fs::write(broker.path("extra.properties"), broker.properties()).unwrap();
        let _ = broker.run("start");
        broker.await_listeners();
        broker
    }

    /// A file of the stores' folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `host:port` of a listener.
    pub(crate) fn address(&self, listener: &str, host: &str) -> String {
        let index = LISTENERS.iter().position(|(name, ..)| *name == listener);
        let offset = index.map_or(0, |index| index + 2);
        format!("{host}:{}", usize::from(self.port) + offset)
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
            "listeners=CONTROLLER://localhost:{},{}\nadvertised.listeners={}\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,{}\n\
             inter.broker.listener.name=PLAINTEXT\n",
            self.port + 1,
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

    /// The script waits for the first one, and not for ever; a machine that does much else needs longer.
    fn await_listeners(&self) {
        let deadline = Instant::now() + START_MAX;
        let listeners = ["PLAINTEXT"].into_iter().chain(LISTENERS.map(|(name, ..)| name));
        let listens = |name| TcpStream::connect(self.address(name, "localhost")).is_ok();
        while !listeners.clone().all(listens) {
            let log = || std::fs::read_to_string(self.path("data/1/broker.log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "the broker does not start: {}", log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn run(&self, what: &str) -> bool {
        let mut command = Command::new(&self.script);
        command.args(["broker", what]).env("KAFKA_PORT", self.port.to_string());
        command.env("KAFKA_DATA", self.path("data")).env("KAFKA_EXTRA", self.path("extra.properties"));
        command.env("HEAP", "-Xmx384m").status().unwrap().success()
    }
}

impl Drop for TlsBroker {
    fn drop(&mut self) {
        let stopped = self.run("stop");
        assert!(stopped || std::thread::panicking(), "the broker does not stop");
    }
}

fn make_stores(folder: &Path) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let mut command = Command::new(tests.join("make-stores.sh"));
    let output = command.arg(folder).arg(tests.join("fixtures")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The first of a row of ports that nobody listens on.
fn free_ports() -> u16 {
    let count = u16::try_from(LISTENERS.len()).unwrap() + 2;
    let candidates = std::iter::repeat_with(|| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut rows = candidates.filter(|first| first.checked_add(count).is_some());
    rows.find(|first| (*first..first + count).all(is_free)).unwrap()
}
