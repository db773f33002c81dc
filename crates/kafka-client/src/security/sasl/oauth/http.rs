//! One POST to a token endpoint, over a connection of its own: tokens are asked for too seldom to keep one open.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Longer answers hold no token.
const BODY_BYTES_MAX: usize = 1 << 20;

/// What to send, and how long it may take to connect and to answer.
pub(super) struct Post<'a> {
    pub(super) uri: &'a Uri,
    pub(super) authorization: &'a str,
    pub(super) body: &'a str,
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Duration,
}

/// The answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// # Errors
/// Why there was no answer. It shows nothing of what was sent.
pub(super) async fn post(post: Post<'_>) -> Result<Answer, String> {
    let (connect, read) = (post.connect_timeout, post.read_timeout);
    let host = post.uri.host().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_tls = post.uri.scheme_str() == Some("https");
    let port = post.uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let request = request(&post)?;
    let stream = within(connect, "sasl.login.connect.timeout.ms", TcpStream::connect((host, port))).await?;
    if !is_tls {
        return within(read, "sasl.login.read.timeout.ms", exchange(stream, request)).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(text)?;
    let connector = TlsConnector::from(Arc::new(tls().await?));
    let stream = within(connect, "sasl.login.connect.timeout.ms", connector.connect(name, stream)).await?;
    within(read, "sasl.login.read.timeout.ms", exchange(stream, request)).await
}

fn request(post: &Post<'_>) -> Result<Request<Full<Bytes>>, String> {
    let mut authorization = HeaderValue::from_str(post.authorization).map_err(text)?;
    authorization.set_sensitive(true);
    let host = post.uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let path = post.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::post(path)
        .header(HOST, host)
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, authorization)
        .header(CACHE_CONTROL, "no-cache")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(Full::from(post.body.to_owned())).map_err(text)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(text)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), BODY_BYTES_MAX).collect().await.map_err(text)?;
        Ok(Answer { status, body: body.to_bytes() })
    };
    tokio::pin!(answer);
    // Whichever ends first: without the connection the answer is what has come until then.
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = connection => answer.await,
    }
}

/// The system's certificates; reading them takes files.
async fn tls() -> Result<ClientConfig, String> {
    let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await.map_err(text)?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        return Err("the system has no certificates to trust".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(text)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

async fn within<T, E: Display>(
    allowed: Duration,
    key: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(allowed, work).await {
        Ok(done) => done.map_err(text),
        Err(_) => Err(format!("it took longer than {key} ({} ms)", allowed.as_millis())),
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}
