//! What is done with a session's URL beside printing it: a browser, the clipboard. Neither holds up a poll, nor the end.

use crate::browser::{self, Launcher, Opened, Opening, Plan, Surroundings};
use crate::model::auth_url::AuthUrl;
use crate::model::environment::Environment;
use crate::model::event::{Copied, Event, Sink};
use crate::report::{Between, Reporter};
use crate::settings;

/// What is to be done, decided before there is a URL.
pub(super) struct Wishes {
    pub(super) browser: Plan,
    /// The programs that fill the clipboard, or why there are none; nothing where it was not asked for.
    pub(super) clipboard: Option<Result<Vec<Launcher>, String>>,
    /// The environment variables that are kept from them.
    pub(super) private: Vec<String>,
}

impl Wishes {
    pub(super) fn new(browser: Plan, copy: bool, environment: &Environment, reporter: &Reporter) -> Self {
        let tmux = reporter.clipboard() == Some(Between::Tmux) && environment.is_set("TMUX");
        let clipboard = copy.then(|| browser::clipboard(&Surroundings::look(environment), tmux));
        Self { browser, clipboard, private: settings::key_variables(environment) }
    }
}

/// It being done.
pub(super) struct Handover<'a> {
    reporter: &'a Reporter,
    url: &'a AuthUrl,
    browser: Option<Opening>,
    clipboard: Option<Opening>,
}

impl<'a> Handover<'a> {
    /// Begins, and tells at once of what cannot even be tried.
    pub(super) fn begin(wishes: Wishes, url: &'a AuthUrl, reporter: &'a Reporter) -> Self {
        let private = wishes.private;
        let opening = |launchers: &[Launcher]| Opening::new(launchers, url.as_str()).without(&private);
        let mut handover = Self { reporter, url, browser: None, clipboard: None };
        match wishes.browser {
            Plan::Try(launchers) => handover.browser = Some(opening(&launchers)),
            Plan::Nothing { reason } => reporter.emit(Event::Browser(Err(reason))),
        }
        match wishes.clipboard {
            Some(Ok(launchers)) => handover.clipboard = Some(opening(&launchers)),
            Some(Err(reason)) => handover.copied(Opened::No { reason }),
            None => {}
        }
        handover
    }

    /// Goes on until all is done. May be dropped at any await and called again.
    pub(super) async fn done(&mut self) {
        while self.browser.is_some() || self.clipboard.is_some() {
            tokio::select! {
                biased;
                opened = opened(&mut self.browser) => {
                    self.browser = None;
                    self.opened(opened);
                }
                copied = opened(&mut self.clipboard) => {
                    self.clipboard = None;
                    self.copied(copied);
                }
            }
        }
    }

    /// It is over before the programs have been watched long enough: those that are running now have done it.
    pub(super) fn leave(mut self) {
        if let Some(mut browser) = self.browser.take() {
            self.opened(browser.so_far());
        }
        if let Some(mut clipboard) = self.clipboard.take() {
            self.copied(clipboard.so_far());
        }
    }

    fn opened(&self, opened: Opened) {
        self.reporter.emit(Event::Browser(match opened {
            Opened::Yes { program } => Ok(program),
            Opened::No { reason } => Err(reason),
        }));
    }

    fn copied(&self, copied: Opened) {
        self.reporter.emit(Event::Copied(match copied {
            Opened::Yes { program } => Copied::With(program),
            Opened::No { .. } if self.reporter.ask_to_copy(self.url.as_str()) => Copied::Asked,
            Opened::No { reason } => Copied::Not(reason),
        }));
    }
}

/// How an opening ended; never, where there is none.
async fn opened(opening: &mut Option<Opening>) -> Opened {
    match opening {
        Some(opening) => opening.opened().await,
        None => std::future::pending().await,
    }
}
