//! The macros that declare the events of a response's stream.

/// Declares events, and the union of them all. The word after an event's name says what it is
/// about, so which fields it has besides its own: `life` the whole response, `item` an item of the
/// output, `part` a part of an item's content, `summary` a part of a summary, `command` one of a
/// shell's, and `none` nothing of these.
macro_rules! events {
    ($(
        #[doc = $doc:literal]
        $value:literal => $variant:ident($name:ident) $about:ident { $($fields:tt)* }
    )*) => {
        mod kind {
            literal! { $($variant = $value,)* }
        }

        $(event! { $about $doc $variant $name { $($fields)* } })*

        union! {
            /// An event of a response's stream.
            ///
            /// In Rust one that no document names is `Other`.
            enum ResponseStreamEvent by "type" {
                $(
                    #[doc = $doc]
                    $value => $variant($name),
                )*
            }
        }
    };
}

macro_rules! event {
    (none $doc:literal $variant:ident $name:ident { $($fields:tt)* }) => {
        object! {
            #[doc = $doc]
            response struct $name {
                /// What the event is.
                r#type: kind::$variant,
                /// The event's number, from 0. Some servers leave it out, or send the same with all.
                #[ts(type = "number", optional = false)]
                sequence_number: Option<u64>,
                /// Random characters that even out the sizes of events, against listeners.
                obfuscation: Option<String>,
                $($fields)*
            }
        }
    };
    (life $doc:literal $variant:ident $name:ident {}) => {
        event! { none $doc $variant $name {
            /// The response so far.
            #[ts(type = "ModelResponse")]
            response: Option<Box<Response>>,
        } }
    };
    (item $doc:literal $variant:ident $name:ident { $($fields:tt)* }) => {
        event! { none $doc $variant $name {
            /// The identifier of the item that it is about.
            item_id: String,
            /// Which item of the output.
            #[ts(type = "number", optional = false)]
            output_index: Option<u32>,
            $($fields)*
        } }
    };
    (part $doc:literal $variant:ident $name:ident { $($fields:tt)* }) => {
        event! { item $doc $variant $name {
            /// Which part of the item's content.
            #[ts(type = "number", optional = false)]
            content_index: Option<u32>,
            $($fields)*
        } }
    };
    (summary $doc:literal $variant:ident $name:ident { $($fields:tt)* }) => {
        event! { item $doc $variant $name {
            /// Which part of the summary.
            #[ts(type = "number", optional = false)]
            summary_index: Option<u32>,
            $($fields)*
        } }
    };
    (command $doc:literal $variant:ident $name:ident { $($fields:tt)* }) => {
        event! { none $doc $variant $name {
            /// Which item of the output.
            #[ts(type = "number", optional = false)]
            output_index: Option<u32>,
            /// Which command.
            #[ts(type = "number", optional = false)]
            command_index: Option<u32>,
            $($fields)*
        } }
    };
}

pub(super) use {event, events};
