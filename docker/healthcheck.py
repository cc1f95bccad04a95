"""The health check of the web container: asks for /sante/ as the TLS proxy in front would."""

import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
connection.request("GET", "/sante/", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status != http.HTTPStatus.OK)
