//! What the terminal behind stderr can do beside showing text, as it was decided once.

/// Its abilities. By default it has none, as a pipe has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// What stderr shows on.
    pub screen: Screen,
    /// Whether its text is dark on light, as far as that can be known.
    pub light: bool,
    /// Whether a text can lead somewhere (OSC 8).
    pub links: bool,
    /// Whether it shows progress in its tab or in the taskbar (OSC 9;4).
    pub progress: bool,
    /// Whether it may be asked to fill the clipboard (OSC 52), and what is between it and us. It never says whether it
    /// does.
    pub clipboard: Option<Between>,
    /// How it can call for attention.
    pub call: Call,
}

/// What stderr shows on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// Nothing: it is no terminal.
    #[default]
    None,
    /// A terminal that obeys nothing.
    Dumb,
    /// A terminal that moves its cursor and colours its text.
    Full,
}

/// What stands between us and the terminal, and takes what it does not know itself only in a wrapping of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Nothing.
    Nothing,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// How a terminal can call for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Call {
    /// It cannot.
    #[default]
    None,
    /// With its bell.
    Bell,
    /// With a notice of the desktop, as iTerm2 takes it (OSC 9).
    Osc9,
    /// With one that has a title, as urxvt, foot, Ghostty and `WezTerm` take it (OSC 777).
    Osc777,
    /// With one as kitty takes it (OSC 99).
    Osc99,
}
