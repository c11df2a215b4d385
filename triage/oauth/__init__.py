"""Logins with a token instead of a password.

sasl       PURE   what is said to a mail server (XOAUTH2, OAUTHBEARER)
token      PURE   a token, and for how long it is good
expiry     PURE   what comes to its end, and how soon
source     tokens for one login: in time, once more after a refusal, then a pause
granting   by the application's secret, or by a refresh token
keeping    the file with a refresh token, which changes at each use
login      a first refresh token: a person types a code in a browser
consent    … or agrees on a page, and pastes where the browser ended
refusals   what an issuer answers, and what somebody must do
open       any issuer (RFC 6749, RFC 8628)
microsoft  through msal
google     through google-auth
command    a command that prints a token

Nothing of a token, a secret or an issuer's words is in an error or a log line; an
issuer's error is told by its code alone.
"""
