use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_config::Props;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::jwt::Claims;
use super::*;
use crate::ErrorKind;
use crate::security::SaslConfig;
use crate::security::file::tests::pipe;

const MODULE: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";
const ALLOWED: &str = "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls";

fn parse(allowed: &str, options: &str, entries: &[(&str, &str)]) -> Result<SaslConfig, String> {
    let jaas = format!("{MODULE} {options};");
    let mut props = Props::from([("sasl.mechanism", "OAUTHBEARER"), ("sasl.jaas.config", &jaas)]);
    entries.iter().for_each(|(key, value)| props.insert(*key, *value));
    let system = SystemProperties::parse(&format!("{ALLOWED}={allowed}"));
    SaslConfig::parse(&Keys::new(&props), &system).map_err(|error| error.to_string())
}

fn secured(allowed: &str, options: &str, url: &str) -> Result<SaslConfig, String> {
    let handler = super::super::classes::OAUTH_LOGIN;
    let times = [("sasl.login.retry.backoff.max.ms", "200"), ("sasl.login.read.timeout.ms", "1000")];
    let entries = [("sasl.login.callback.handler.class", handler), (url::KEY, url), times[0], times[1]];
    parse(allowed, options, &entries)
}

fn jwt(claims: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn takes_the_tokens_that_java_takes() {
    let claims = Claims { subject: "sub".to_owned(), scope: "scope".to_owned() };
    let malformed = "Malformed JWT provided; expected three sections (header, payload, and signature)";
    for (token, want) in [
        (jwt(r#"{"sub":"a","exp":10.5,"iat":3,"scope":["x"]}"#), Ok((10_500, Some(3_000)))),
        (jwt(r#"{"sub":"a","exp":1e300,"scope":"x y"}"#), Ok((i64::MAX, None))),
        (format!("{}\n", jwt(r#"{"sub":"a","exp":1}"#)), Ok((1_000, None))),
        (jwt(r#"{"sub":"a"}"#), Err("exp value must be non-null")),
        (jwt(r#"{"sub":"a","exp":"1"}"#), Err("exp value must be a number")),
        (jwt(r#"{"sub":"a","exp":-1}"#), Err("exp value must be non-negative; value given was \"-1\"")),
        (jwt(r#"{"exp":1}"#), Err("sub value must be non-null")),
        (jwt(r#"{"exp":1,"sub":""}"#), Err("sub value must be non-empty")),
        (jwt(r#"{"exp":1,"sub":" "}"#), Err("sub value must not contain only whitespace")),
        (jwt(r#"{"exp":1,"sub":"a","scope":5}"#), Err("scope value must be a text or a list of texts")),
        (jwt("[]"), Err("The payload of the JWT is no JSON object")),
        (jwt(&"[".repeat(100_000)), Err("The payload of the JWT is no JSON object")),
        ("a.b".to_owned(), Err(malformed)),
        ("a.b.".to_owned(), Err(malformed)),
        ("a.b.c.d".to_owned(), Err(malformed)),
        (format!("a.{}.c", "b".repeat(jwt::BYTES_MAX)), Err(malformed)),
        ("a.b\r\nx.c".to_owned(), Err("malformed Base64 URL encoded value")), // nothing that breaks the message
    ] {
        let got = claims.read(&token).map(|token| (token.expires_at, token.started_at));
        assert_eq!(got, want.map_err(str::to_owned), "{token:.100}");
    }
}

#[test]
fn says_what_is_wrong_with_the_settings() {
    let url = "http://127.0.0.1:1/t";
    let option = "The OAuth configuration option sasl.oauthbearer.token.endpoint.url";
    let credentials = "sasl.oauthbearer.client.credentials.client";
    for (allowed, options, url, want) in [
        (
            "",
            "clientId=a clientSecret=b",
            url,
            format!(
                "Invalid value {url} for configuration sasl.oauthbearer.token.endpoint.url: The URL cannot be accessed due to \
             restrictions. Update the system property 'org.apache.kafka.sasl.oauthbearer.allowed.urls' to allow the URL \
             to be accessed."
            ),
        ),
        (url, "clientId=a", url, format!("Invalid value null for configuration {credentials}.secret: it is required")),
        (url, "clientSecret=a", url, format!("Invalid value null for configuration {credentials}.id: it is required")),
        ("", "", "", format!("{option} value is required")),
        ("", "", "nonsense", format!("{option} contains a URL (nonsense) that is malformed: no protocol: nonsense")),
        (
            "",
            "",
            "ftp://x/",
            format!(
                "{option} contains a URL (ftp://x/) that contains an invalid protocol (ftp); only \"http\", \"https\", and \
             \"file\" protocol are supported"
            ),
        ),
        ("x,file:/no/such", "", "file:/no/such", format!("{option} contains a file (/no/such) that doesn't exist")),
        ("file:/", "", "file:/", format!("{option} contains a directory (/), not a file")),
        (url, "clientId=a clientSecret=b extension_auth=x", url, "Extension name auth is invalid".to_owned()),
        (url, "clientId=a clientSecret=b extension_a1=x", url, "Extension name a1 is invalid".to_owned()),
        (
            url,
            "clientId=a clientSecret=b extension_a=\"\\1\"",
            url,
            "Extension value for extension a is invalid".to_owned(),
        ),
    ] {
        assert_eq!(secured(allowed, options, url).unwrap_err(), want);
    }
    assert!(parse("", "", &[]).unwrap_err().contains("unsecuredLoginStringClaim_sub"));
    let error = parse("", "unsecuredLoginStringClaim_exp=x", &[]).unwrap_err();
    assert_eq!(error, "Cannot explicitly set the 'exp' claim");
}

#[tokio::test]
async fn unsecured_tokens_have_the_claims_of_the_options() {
    let options = "unsecuredLoginStringClaim_sub=\"a\\\"b\" unsecuredLoginNumberClaim_n=\"2.5\" \
                   unsecuredLoginListClaim_scope=\"|x|y\" unsecuredLoginLifetimeSeconds=\"5\" unsecuredLoginExtension_e=v";
    let config = parse("", options, &[]).unwrap();
    let message = config.exchange().await.unwrap().first();
    let message = String::from_utf8(message.to_vec()).unwrap();
    let token = message.strip_prefix("n,,\u{1}auth=Bearer ").unwrap();
    let token = token.strip_suffix("\u{1}e=v\u{1}\u{1}").unwrap();
    let [header, payload, ""] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(header, br#"{"alg":"none"}"#);
    assert_eq!((&claims["sub"], &claims["n"]), (&"a\"b".into(), &2.5.into()));
    assert_eq!(claims["scope"], serde_json::json!(["x", "y"]));
    let lifetime = claims["exp"].as_f64().unwrap() - claims["iat"].as_f64().unwrap();
    assert!((lifetime - 5.0).abs() < 0.001, "{lifetime}");
}

#[tokio::test]
async fn a_token_file_is_read_anew_and_an_old_token_serves_while_it_is_away() {
    let path = std::env::temp_dir().join(format!("longshore-token-{}", std::process::id()));
    let write = |subject: &str| {
        let token = jwt(&format!(r#"{{"sub":"{subject}","exp":9999999999}}"#));
        std::fs::File::create(&path).unwrap().write_all(token.as_bytes()).unwrap();
        token
    };
    let url = format!("file://{}", path.display());
    let one = write("one");
    let config = secured(&url, "", &url).unwrap();
    let says = async |token: &str| {
        let first = config.exchange().await.unwrap().first();
        assert_eq!(first, format!("n,,\u{1}auth=Bearer {token}\u{1}\u{1}"));
    };
    says(&one).await;
    let two = write("two");
    says(&two).await;
    std::fs::remove_file(&path).unwrap();
    says(&two).await;
}

#[tokio::test]
async fn a_pipe_in_place_of_the_token_file_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = pipe(folder.path());
    let url = format!("file:{}", pipe.display());
    let why = "it is a pipe, a socket or a device; copy what it holds into a regular file";
    let want =
        format!("The OAuth configuration option {} contains a path ({}) of no use: {why}", url::KEY, pipe.display());
    assert_eq!(secured(&url, "", &url).unwrap_err(), want);
    // One that took the file's place later.
    let file = folder.path().join("token");
    std::fs::write(&file, "").unwrap();
    let url = format!("file:{}", file.display());
    let config = secured(&url, "", &url).unwrap();
    std::fs::rename(&pipe, &file).unwrap();
    let error = config.exchange().await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} {}: {why}", url::KEY, file.display()));
}

/// An endpoint that sends each of `answers` once, then repeats the last; how often it was asked; its URL.
async fn endpoint(answers: Vec<String>) -> (JoinSet<()>, Arc<AtomicUsize>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/t", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, mut tasks) = (asked.clone(), JoinSet::new());
    tasks.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let answer = &answers[number.min(answers.len() - 1)];
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    (tasks, asked, url)
}

fn http(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn token_answer(exp: i64) -> String {
    http(200, &format!(r#"{{"access_token":"{}"}}"#, jwt(&format!(r#"{{"sub":"a","exp":{exp}}}"#))))
}

#[tokio::test]
async fn an_endpoint_is_asked_once_for_a_token_that_lasts() {
    let (_tasks, asked, url) = endpoint(vec![http(500, ""), http(200, ""), token_answer(9_999_999_999)]).await;
    let config = secured(&url, "clientId=a clientSecret=b", &url).unwrap();
    let (one, two) = tokio::join!(config.exchange(), config.exchange());
    assert_eq!(one.unwrap().first(), two.unwrap().first());
    assert_eq!(asked.load(Ordering::SeqCst), 3, "two failures are repeated");
}

#[tokio::test]
async fn an_expiring_token_is_refreshed_and_used_on_while_that_fails() {
    let soon = now_millis() / 1000 + 2;
    let (_tasks, asked, url) = endpoint(vec![token_answer(soon), http(401, "")]).await;
    let config = secured(&url, "clientId=a clientSecret=b", &url).unwrap();
    let first = config.exchange().await.unwrap().first();
    assert_eq!(config.exchange().await.unwrap().first(), first);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let left = |end: i64| Duration::from_millis(u64::try_from(end * 1000 - now_millis()).unwrap_or(0));
    tokio::time::sleep(left(soon).mul_f64(0.93)).await;
    assert_eq!(config.exchange().await.unwrap().first(), first, "the old one holds");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_refresh_under_way_keeps_nobody_from_using_the_old_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/t", listener.local_addr().unwrap());
    let (end, mut tasks) = (now_millis() / 1000 + 4, JoinSet::new());
    tasks.spawn(async move {
        let mut silent = Vec::new(); // to all but the first
        while let Ok((mut socket, _)) = listener.accept().await {
            if silent.is_empty() {
                let _ = socket.read(&mut [0; 4096]).await;
                let _ = socket.write_all(token_answer(end).as_bytes()).await;
            }
            silent.push(socket);
        }
    });
    let entries = [
        ("sasl.login.callback.handler.class", super::super::classes::OAUTH_LOGIN),
        ("sasl.login.refresh.window.factor", "0.5"),
        ("sasl.login.refresh.window.jitter", "0"),
        (url::KEY, &url),
    ];
    let config = parse(&url, "clientId=a clientSecret=b", &entries).unwrap();
    let begun = now_millis();
    let first = config.exchange().await.unwrap().first();
    let due = Duration::from_millis(u64::try_from((end * 1000 - begun) / 2 + 50).unwrap());
    tokio::time::sleep(due).await;
    for allowed in [REFRESH_PATIENCE * 8 / 5, REFRESH_PATIENCE * 8 / 5] {
        let again = timeout(allowed, config.exchange()).await.expect("it waits for the refresh");
        assert_eq!(again.unwrap().first(), first);
    }
}

#[tokio::test]
async fn what_an_endpoint_can_do_wrong_is_told_in_time() {
    let endless = format!("HTTP/1.1 200 x\r\ncontent-length: 9999999999\r\n\r\n{}", "x".repeat(2 << 20));
    for (answer, kind, want) in [
        (http(401, r#"{"error":"e"}"#), ErrorKind::Authentication, "The response code 401 and error response {e - }"),
        (http(200, r#"{"x":"hush"}"#), ErrorKind::Authentication, "did not contain a valid JWT."),
        (token_answer(-1), ErrorKind::Authentication, "Could not validate the access token: exp value must be"),
        (http(503, ""), ErrorKind::RefreshMetadata, "The unexpected response code 503"),
        (http(302, ""), ErrorKind::RefreshMetadata, "The unexpected response code 302"),
        ("nonsense\r\n\r\n".to_owned(), ErrorKind::RefreshMetadata, "invalid HTTP"),
        (endless, ErrorKind::RefreshMetadata, "length limit exceeded"),
        (String::new(), ErrorKind::RefreshMetadata, "before message completed"),
    ] {
        let (_tasks, _, url) = endpoint(vec![answer]).await;
        let config = secured(&url, "clientId=a clientSecret=b", &url).unwrap();
        let error = config.exchange().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(want) && !error.to_string().contains("hush"), "{error}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap(); // accepts, and says nothing
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let error = secured(&url, "clientId=a clientSecret=b", &url).unwrap().exchange().await.unwrap_err();
    assert!(error.to_string().contains("sasl.login.read.timeout.ms (1000 ms)"), "{error}");
}

#[test]
fn a_refusal_is_confirmed_once() {
    let mut talk = bearer::Conversation::new(Bytes::from_static(b"token"));
    assert!(!format!("{talk:?}").contains("token"));
    assert_eq!(talk.next(b"{\"status\":\"invalid_token\"}"), Ok(Some(Bytes::from_static(b"\x01"))));
    assert!(talk.next(b"").is_err(), "a broker cannot accept what it has refused");
}
