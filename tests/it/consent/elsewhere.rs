//! Another site on this machine, with a page that means no good.

use httpmock::MockServer;

pub struct Elsewhere {
    server: MockServer,
    asked: usize,
}

impl Elsewhere {
    /// A server that gives this page to everyone.
    pub fn new(page: &str) -> Self {
        let server = MockServer::start();
        let html = format!("<!DOCTYPE html><html lang=en><title>Elsewhere</title><h1>Elsewhere</h1>{page}");
        let asked = server.mock(|when, then| {
            when.any_request();
            then.status(200).header("content-type", "text/html; charset=utf-8").body(html);
        });
        let asked = asked.id();
        Self { server, asked }
    }

    /// Its address by this name.
    pub fn url(&self, name: &str) -> String {
        format!("http://{name}:{}/", self.server.port())
    }

    /// How many requests it has had.
    pub fn asked(&self) -> usize {
        httpmock::Mock::new(self.asked, &self.server).calls()
    }
}
