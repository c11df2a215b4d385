"""Sample mails through the real daemon, on IMAP and SMTP servers in this process.

mails     the samples of mails.toml, as bytes
servers   pymap and aiosmtpd on loopback sockets
verdict   whether what became of each mail is what it says
run       the demonstration
"""
