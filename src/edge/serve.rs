//! Serves a built site to the browser on this machine.

use std::{io, net::SocketAddr, path::Path};

use axum::Router;
use tower_http::services::ServeDir;

/// How many ports are tried after one that is taken.
const TRIES: u16 = 20;

/// Serves a folder until the user presses Ctrl-C.
///
/// # Errors
///
/// Where no port near the wanted one is free.
pub fn serve(folder: &Path, host: std::net::IpAddr, port: u16) -> io::Result<()> {
    let runtime = super::process::runtime()?;
    let app = Router::new().fallback_service(ServeDir::new(folder));
    runtime.block_on(async {
        let listener = listen(host, port).await?;
        eprintln!(
            "Serving {} at http://{}/ (Ctrl-C to stop)",
            folder.display(),
            listener.local_addr()?
        );
        let stop = async {
            // Without the signal there is nothing to wait for, and serving ends at once.
            let _ = tokio::signal::ctrl_c().await;
        };
        tokio::select! {
            served = async { axum::serve(listener, app).await } => served,
            () = stop => Ok(()),
        }
    })
}

async fn listen(host: std::net::IpAddr, port: u16) -> io::Result<tokio::net::TcpListener> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for candidate in port..=port.saturating_add(TRIES) {
        match tokio::net::TcpListener::bind(SocketAddr::new(host, candidate)).await {
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
