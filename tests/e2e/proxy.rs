//! Through a proxy, or not at all; and what a stranger's link cannot make it do.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::net::TcpListener;
use std::time::Duration;

use http::{Method, Request, Response};
use zoomout::{CancelToken, Context, Delivery, Failure, FetchError, ProxyChoice, Transport, UreqTransport};
use zoomout_tests::socks::Socks;
use zoomout_tests::{RawServer, answer};

fn through(proxy: String) -> UreqTransport {
    UreqTransport::builder().proxy(ProxyChoice::Url(proxy)).build().unwrap()
}

fn context() -> Context {
    Context::new(&CancelToken::new(), Duration::MAX)
}

fn post(transport: &UreqTransport, url: &str) -> Result<Response<Vec<u8>>, Failure> {
    let request = Request::builder().method(Method::POST).uri(url).body(b"{}".to_vec()).unwrap();
    transport.send(request, &context())
}

fn fetch(transport: &UreqTransport, url: &str) -> Result<(), FetchError> {
    transport.fetch(&url.parse().unwrap(), 10, &mut Vec::new(), &context())
}

#[test]
fn a_socks_proxy_carries_calls() {
    let server = RawServer::answering(answer(200, "{}"));
    let here = format!("127.0.0.1:{}", server.port());
    for (account, prefix) in [(None, ""), (Some(("me", "p:w")), "me:p%3Aw@")] {
        let proxy = Socks::start(account);
        for scheme in ["socks5", "socks5h", "socks"] {
            let transport = through(format!("{scheme}://{prefix}127.0.0.1:{}", proxy.port()));
            assert_eq!(post(&transport, &server.url()).unwrap().body(), b"{}");
        }
        assert_eq!(proxy.asked(), [here.as_str(); 3]);
    }
    assert_eq!(server.posts(), 6);
}

#[test]
fn a_proxy_that_cannot_be_reached_is_not_gone_around() {
    let server = RawServer::answering(answer(200, "{}"));
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let wrong_password = Socks::start(Some(("me", "right")));
    for proxy in [
        format!("http://{dead}"),
        format!("socks5://{dead}"),
        format!("socks4://{dead}"),
        "socks5://nobody.invalid".to_owned(),
        format!("socks5://me:wrong@127.0.0.1:{}", wrong_password.port()),
    ] {
        let failure = post(&through(proxy.clone()), &server.url()).unwrap_err();
        assert_eq!(failure.delivery, Delivery::NotSent, "{proxy}: {failure:?}");
    }
    assert!(server.received().is_empty() && wrong_password.asked().is_empty());
}

#[test]
fn no_address_of_a_proxy_makes_the_client_panic() {
    for proxy in [
        "localhost",
        "127.0.0.1:0",
        "[::1]:1",
        "socks4://[::1]:1",
        "socks4a://127.0.0.1:1",
        "socks://127.0.0.1:1",
        "https://127.0.0.1:1",
        "http://me@127.0.0.1:1/path?query",
        "HTTP://127.0.0.1:1",
        "socks5://:@127.0.0.1:1",
    ] {
        let Ok(transport) = UreqTransport::builder().proxy(ProxyChoice::Url(proxy.to_owned())).build() else {
            continue;
        };
        let failure = post(&transport, "http://127.0.0.1:1/").unwrap_err();
        assert_eq!(failure.delivery, Delivery::NotSent, "{proxy}: {failure:?}");
        assert!(fetch(&transport, "https://1.1.1.1/0.png").is_err(), "{proxy}");
    }
}

#[test]
fn links_to_private_places_are_refused_before_a_proxy_is_asked() {
    let proxy = RawServer::answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let socks = Socks::start(None);
    for proxy in [proxy.url(), format!("socks5h://127.0.0.1:{}", socks.port())] {
        let transport = through(proxy);
        for host in [
            "169.254.169.254",
            "10.0.0.1",
            "[::1]",
            "127.0.0.1",
            "localhost",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::a00:1]",
            "[2002:a00:1::1]",
            "[fec0::1]",
            "0.0.0.0",
            "198.18.0.1",
            "240.0.0.1",
            "224.0.0.1",
        ] {
            for path in ["/0.png", ":8443/0.png"] {
                let result = fetch(&transport, &format!("https://{host}{path}"));
                assert!(matches!(result, Err(FetchError::NotAllowed(_))), "{host}: {result:?}");
            }
        }
        let result = fetch(&transport, "http://nobody.invalid/0.png");
        assert!(matches!(result, Err(FetchError::NotAllowed(_))), "{result:?}");
    }
    assert!(proxy.received().is_empty() && socks.asked().is_empty());
}

#[test]
fn a_link_to_the_proxys_own_host_is_checked_like_any_other() {
    let proxy = RawServer::answering(answer(200, "{}"));
    for url in [proxy.url(), format!("https://127.0.0.1:{}/", proxy.port())] {
        let result = fetch(&through(proxy.url()), &url);
        assert!(matches!(result, Err(FetchError::NotAllowed(_))), "{url}: {result:?}");
    }
    assert!(proxy.received().is_empty());
}

#[test]
fn a_name_that_only_a_proxy_knows_is_left_to_it() {
    let proxy = RawServer::answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let result = fetch(&through(proxy.url()), "https://pictures.invalid/0.png");
    assert!(matches!(result, Err(FetchError::Network(_))), "{result:?}");
    let asked: Vec<_> = proxy.received().into_iter().map(|request| request.line).collect();
    assert_eq!(asked, ["CONNECT pictures.invalid:443"]);
}
