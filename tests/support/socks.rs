//! A SOCKS5 proxy on this machine (RFC 1928, 1929), which remembers whom it was asked for.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy that connects to IPv4 addresses, until the process ends.
#[derive(Debug)]
pub struct Socks {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Socks {
    /// Starts one; with a name and a password, it wants to hear them.
    pub fn start(account: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        thread::spawn(move || {
            for client in listener.incoming() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(client.unwrap(), account, &seen));
            }
        });
        Self { port, asked }
    }

    /// Where it is.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses that it was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, account: Option<(&str, &str)>, seen: &Mutex<Vec<String>>) {
    let [_, methods] = take(&mut client);
    client.read_exact(&mut vec![0; usize::from(methods)]).unwrap();
    client.write_all(&[5, if account.is_some() { 2 } else { 0 }]).unwrap();
    if let Some((name, password)) = account {
        let [_] = take(&mut client);
        let right =
            [name, password].into_iter().fold(true, |right, word| right & (text(&mut client) == word));
        client.write_all(&[1, u8::from(!right)]).unwrap();
    }
    let [_, connect, _, kind] = take(&mut client);
    assert_eq!((connect, kind), (1, 1), "an IPv4 address to connect to");
    let [a, b, c, d, high, low] = take(&mut client);
    let address = format!("{a}.{b}.{c}.{d}:{}", u16::from_be_bytes([high, low]));
    seen.lock().unwrap().push(address.clone());
    let Ok(mut server) = TcpStream::connect(address) else {
        client.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        return;
    };
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        drop(std::io::copy(&mut from, &mut to));
        drop(to.shutdown(Shutdown::Write));
    });
    drop(std::io::copy(&mut server, &mut client));
    drop(client.shutdown(Shutdown::Both));
}

fn take<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

fn text(stream: &mut TcpStream) -> String {
    let [length] = take(stream);
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
