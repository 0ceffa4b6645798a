use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::net::{TcpListener, TcpSocket};

/// More than ever wait to be accepted.
const BACKLOG: u32 = 1024;

/// A port that is kept until this is dropped. Nobody else gets it while its server is down for a moment: neither
/// another program nor a connection that the system gives a port of its choice.
#[derive(Debug)]
pub(crate) struct Port {
    address: SocketAddr,
    /// Bound, and never listens: who connects is refused.
    _keeper: TcpSocket,
}

impl Port {
    /// Takes the port of this address, or one that is free where it has none.
    pub(crate) fn take(bind: SocketAddr) -> io::Result<Self> {
        if bind.port() == 0 { Self::take_any(bind.ip()) } else { Self::keep(bind) }
    }

    /// One below those that the system deals out, and that nobody had before in this process: who still looks for a
    /// server that ended must not find another.
    fn take_any(ip: IpAddr) -> io::Result<Self> {
        const PORTS: std::ops::Range<u32> = 20_000..32_000;
        static TAKEN: AtomicU32 = AtomicU32::new(0);
        let mut in_use = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in PORTS {
            let nth = std::process::id().wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
            let port = PORTS.start + nth % (PORTS.end - PORTS.start);
            match Self::keep((ip, u16::try_from(port).unwrap_or_default()).into()) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => in_use = error,
                done => return done,
            }
        }
        Err(in_use)
    }

    fn keep(address: SocketAddr) -> io::Result<Self> {
        let keeper = socket(address)?;
        // Alone until here: a port that anybody else has, also to share it, is in use.
        keeper.bind(address)?;
        share(&keeper)?;
        Ok(Self { address, _keeper: keeper })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens there: once at a time.
    pub(crate) fn listen(&self) -> io::Result<TcpListener> {
        let socket = socket(self.address)?;
        share(&socket)?;
        // Its connections of before may still be ending.
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        socket.listen(BACKLOG)
    }
}

fn socket(address: SocketAddr) -> io::Result<TcpSocket> {
    if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
}

/// Lets the one that listens have the keeper's port. Only who asks for the same gets in.
fn share(socket: &TcpSocket) -> io::Result<()> {
    #[cfg(unix)]
    return socket.set_reuseport(true);
    #[cfg(not(unix))]
    return socket.set_reuseaddr(true);
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::SocketAddr;

    use tokio::net::{TcpListener, TcpStream};

    use super::Port;

    #[tokio::test]
    async fn a_port_is_its_servers_also_while_that_is_down() {
        let port = Port::take(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = port.address();
        for _ in 0..3 {
            let listener = port.listen().unwrap();
            let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
            drop(listener);
            assert_eq!(TcpStream::connect(address).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
            assert_eq!(Port::take(address).unwrap_err().kind(), ErrorKind::AddrInUse);
            assert_eq!(TcpListener::bind(address).await.unwrap_err().kind(), ErrorKind::AddrInUse);
            drop((client, server));
        }
    }
}
