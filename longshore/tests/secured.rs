//! The main job over TLS, with a password: keys as Java's users write them.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod harness;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use harness::site::text;
use harness::{Signal, Site, skip};

const PASSWORD: &str = "changeit";
const LOGIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule required";

/// A broker of this test alone, with a listener that wants TLS and PLAIN; it ends with the test.
struct SecureBroker {
    script: PathBuf,
    port: u16,
    secure_port: u16,
    data: PathBuf,
}

impl SecureBroker {
    fn start(site: &Site, script: &Path) -> Self {
        let (port, secure_port) = (free_ports(), free_ports());
        let extra = format!(
            "listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://127.0.0.1:{secure_port},CONTROLLER://127.0.0.1:{}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://127.0.0.1:{secure_port}\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL\n\
             sasl.enabled.mechanisms=PLAIN\n\
             listener.name.sasl_ssl.plain.sasl.jaas.config={LOGIN} user_connect=\"hush\";\n\
             ssl.keystore.location={}\nssl.keystore.password={PASSWORD}\n",
            port + 1,
            text(&site.path("broker.p12"))
        );
        site.write("extra", extra);
        let broker = Self { script: script.to_owned(), port, secure_port, data: site.path("broker") };
        assert!(broker.run("start").env("KAFKA_EXTRA", site.path("extra")).status().unwrap().success());
        broker
    }

    fn run(&self, what: &str) -> Command {
        let mut command = Command::new(&self.script);
        command.args(["broker", what]).env("KAFKA_PORT", self.port.to_string()).env("KAFKA_DATA", &self.data);
        command.env("HEAP", "-Xmx384m").stdout(Stdio::null());
        command
    }
}

impl Drop for SecureBroker {
    fn drop(&mut self) {
        let _ = self.run("stop").status();
    }
}

/// The first of two neighbouring ports that nobody uses.
fn free_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

fn keytool(arguments: &[&str]) {
    let made = Command::new("keytool").args(arguments).args(["-storepass", PASSWORD]).output().unwrap();
    assert!(made.status.success(), "keytool {arguments:?}: {}", String::from_utf8_lossy(&made.stdout));
}

fn make_stores(site: &Site) {
    let (broker, trust, certificate) = (site.path("broker.p12"), site.path("trust.jks"), site.path("broker.pem"));
    let (broker, trust, certificate) = (text(&broker), text(&trust), text(&certificate));
    let name = ["-dname", "CN=broker", "-ext", "san=ip:127.0.0.1", "-keyalg", "EC", "-alias", "broker"];
    keytool(&[&["-genkeypair", "-keystore", broker, "-storetype", "PKCS12"][..], &name].concat());
    keytool(&["-exportcert", "-rfc", "-keystore", broker, "-alias", "broker", "-file", certificate]);
    let import = ["-importcert", "-noprompt", "-storetype", "JKS", "-alias", "broker"];
    keytool(&[&import[..], &["-keystore", trust, "-file", certificate]].concat());
}

#[test]
fn the_main_job_over_tls_with_a_password() {
    let Some(script) = std::env::var_os("LONGSHORE_TEST_APACHE").map(PathBuf::from) else {
        return skip("LONGSHORE_TEST_APACHE, the path of scripts/apache.sh");
    };
    let site = Site::new("127.0.0.1:1");
    make_stores(&site);
    let broker = SecureBroker::start(&site, &script);
    let secure = format!("127.0.0.1:{}", broker.secure_port);
    let worker = |password: &str| {
        let login = format!("{LOGIN} username=\"connect\" password=\"{password}\";");
        let trust = site.path("trust.jks");
        let keys = [
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "PLAIN"),
            ("sasl.jaas.config", &login),
            ("ssl.truststore.location", text(&trust)),
            ("ssl.truststore.password", PASSWORD),
        ];
        let mut launch = site.worker().set("bootstrap.servers", &secure);
        for prefix in ["", "producer.", "consumer."] {
            launch = keys.iter().fold(launch, |launch, (key, value)| launch.set(&format!("{prefix}{key}"), value));
        }
        launch.env("LONGSHORE_LOG", "debug")
    };

    site.write("in", "one\ntwo\n");
    let (sink, source) = (site.sink("topic", "out"), site.source("in", "topic"));
    let mut running = worker("hush").connector(&source).connector(&sink).start();
    running.until("both lines arrive", |_| site.line_count("out") == 2);
    let log = running.log();
    assert_eq!(running.stop(Signal::Term), 143);
    assert!(!log.contains("hush") && !log.contains(PASSWORD), "{log}");

    let mut refused = worker("wrong-hush").start();
    assert_eq!(refused.exit_code(), 2);
    let log = refused.log();
    assert!(log.contains("Authentication failed: Invalid username or password"), "{log}");
    assert!(!log.contains("wrong-hush"), "{log}");
}
