//! Serves a course to browsers on this machine, and tells them what changed.
//!
//! Pages come from memory, all else from the site's folder. What makes an open page follow is put
//! into pages on their way to the browser, and is nowhere in what is published.

use std::{
    collections::BTreeSet,
    io,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    thread,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response, Sse, sse},
    routing::{get, post},
};
use percent_encoding::percent_decode_str;
use tokio::{net::TcpListener, sync::watch};
use tokio_stream::{Stream, StreamExt, wrappers::WatchStream};
use tower_http::services::ServeDir;

use super::{
    changes::{Event, Events},
    process,
    shown::Shown,
};

/// How many ports are tried after one that is taken.
const TRIES: u16 = 20;

const JS: &str = "text/javascript; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// What is served: in one hand here, read by all requests.
pub struct Live {
    shown: RwLock<Shown>,
    version: watch::Sender<u64>,
    /// The paths of the pages that browsers have open, one for each time.
    open: Mutex<Vec<String>>,
}

/// A page that a browser has open, as long as it is.
struct Open {
    live: Arc<Live>,
    path: String,
}

impl Open {
    fn new(live: Arc<Live>, path: String) -> Self {
        live.lock_open().push(path.clone());
        Self { live, path }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.live.lock_open();
        let at = open.iter().position(|path| *path == self.path);
        at.map(|at| open.swap_remove(at));
    }
}

impl Live {
    pub fn new(shown: Shown) -> Arc<Self> {
        let version = watch::Sender::new(shown.version());
        Arc::new(Self { shown: RwLock::new(shown), version, open: Mutex::default() })
    }

    /// Changes what is shown, and tells the browsers if that is news.
    pub fn change<T>(&self, change: impl FnOnce(&mut Shown) -> T) -> T {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let value = change(&mut shown);
        let version = shown.version();
        self.version.send_if_modified(|told| std::mem::replace(told, version) != version);
        value
    }

    /// The paths of the pages that browsers have open.
    pub fn open(&self) -> BTreeSet<String> {
        self.lock_open().iter().cloned().collect()
    }

    fn lock_open(&self) -> MutexGuard<'_, Vec<String>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn look<T>(&self, look: impl FnOnce(&Shown) -> T) -> T {
        look(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves from a thread of its own until the process ends, and says where. Ctrl-C and its like
/// come to `events`.
///
/// # Errors
///
/// Where no port near the wanted one is free.
pub fn start(
    live: Arc<Live>,
    folder: &Path,
    (host, port): (IpAddr, u16),
    events: Events,
) -> io::Result<SocketAddr> {
    let runtime = process::runtime()?;
    let listener = runtime.block_on(listen(host, port))?;
    let address = listener.local_addr()?;
    let app = Router::new()
        .route("/.lessonc/events", get(tell))
        .route("/.lessonc/run", post(request_run).with_state((Arc::clone(&live), events.clone())))
        .route("/.lessonc/live.css", get(|| file("text/css", include_str!("live/live.css"))))
        .route("/.lessonc/page.css", get(|| file("text/css", include_str!("live/page.css"))))
        .route("/.lessonc/live.js", get(|| file(JS, include_str!("live/live.js"))))
        .route("/.lessonc/idiomorph.js", get(|| file(JS, include_str!("live/idiomorph.min.js"))))
        .fallback_service(ServeDir::new(folder))
        .layer(middleware::from_fn_with_state(Arc::clone(&live), follow))
        .with_state(live);
    thread::spawn(move || {
        let _ = runtime.block_on(async {
            let stopped = process::stopped()?;
            tokio::select! {
                served = async { axum::serve(listener, app).await } => served,
                () = stopped => Ok(()),
            }
        });
        events.send(Event::Stop);
    });
    Ok(address)
}

async fn listen(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for candidate in port..=port.saturating_add(TRIES) {
        match TcpListener::bind(SocketAddr::new(host, candidate)).await {
            Ok(listener) => {
                if candidate != port {
                    eprintln!("Port {port} is taken; using {candidate}.");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

async fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text)
}

/// Tells a browser all that is new since the version it names, and then whatever changes. It also names the
/// page that it has open: `since=12&page=asyncio.html`.
async fn tell(
    State(live): State<Arc<Live>>,
    RawQuery(query): RawQuery,
) -> Sse<impl Stream<Item = Result<sse::Event, serde_json::Error>>> {
    let said = |key: &str| {
        let mut pairs = query.as_deref()?.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(other, _)| *other == key)?;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    let mut since = said("since").and_then(|since| since.parse().ok()).unwrap_or(0);
    let open = said("page").map(|path| Open::new(Arc::clone(&live), path));
    let news = WatchStream::new(live.version.subscribe()).map(move |_| {
        let _as_long_as_told = &open;
        live.look(|shown| {
            let news = shown.since(since);
            since = news.version;
            Ok(sse::Event::default().data(serde_json::to_string(&news)?))
        })
    });
    Sse::new(news).keep_alive(sse::KeepAlive::default())
}

/// Runs what waits to be asked for: of one page, which is named in the body.
async fn request_run(
    State((live, events)): State<(Arc<Live>, Events)>,
    headers: HeaderMap,
    page: String,
) -> StatusCode {
    // A page from elsewhere cannot say this without asking us first.
    if !headers.contains_key("x-lessonc") {
        return StatusCode::FORBIDDEN;
    }
    if live.change(|shown| shown.request(|waiting| waiting == page)) {
        events.send(Event::Requested);
    }
    StatusCode::NO_CONTENT
}

/// Gives pages from memory, and makes whatever page is given one that follows the course.
async fn follow(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    let path = percent_decode_str(request.uri().path().trim_start_matches('/'));
    let path = path.decode_utf8_lossy().into_owned();
    let path = if path.is_empty() { "index.html" } else { &path };
    let version = live.look(Shown::version);
    let in_memory = live.look(|shown| shown.page(path));
    let mut response = match in_memory {
        Some(page) => {
            let page = following(&page.to_string(), version);
            ([(header::CONTENT_TYPE, HTML)], page).into_response()
        }
        None => put_in(next.run(request).await, path, version).await,
    };
    // What was written a moment ago is old already.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn put_in(response: Response, path: &str, version: u64) -> Response {
    if response.status() == StatusCode::NOT_FOUND && path.ends_with(".html") {
        let page = following(include_str!("live/missing.html"), version);
        return (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, HTML)], page).into_response();
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let page = following(&String::from_utf8_lossy(&page), version);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

/// A page with what makes it follow. Files of their own, for a strict content security policy
/// lets no others through.
fn following(page: &str, version: u64) -> String {
    let scripts = format!(
        "<script src=\"/.lessonc/idiomorph.js\" defer></script>\n\
         <script src=\"/.lessonc/live.js\" data-version=\"{version}\" defer></script>\n"
    );
    match page.find("</head>") {
        Some(at) => [&page[..at], &scripts, &page[at..]].concat(),
        None => [page, &scripts].concat(),
    }
}
