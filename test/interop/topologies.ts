import { bridgeIntoApp } from './bridge-legs.ts';
import { type Fixture, type Listening, serveFixture, stdioCommand } from './fixtures.ts';
import { openGoverned } from './governed.ts';
import { httpLeg, plainLeg, stdioLeg, throughEndpoint } from './legs.ts';
import { primeTools } from './prime.ts';

/** A way from the suite to the fixture. The suite speaks HTTP alone, so a client on stdio stands behind the endpoint. */
export type Topology = (fixture: Fixture) => Promise<Listening>;

/** The suite speaks to the fixture itself: what every other way is compared with. */
const direct: Topology = serveFixture;

/** The endpoint alone before a server on stdio: tells the endpoint's doing from the relay's. */
const endpointOnly: Topology = (fixture) =>
  throughEndpoint(plainLeg(stdioCommand(fixture)), () => undefined);

/** A client over HTTP, a server on stdio. */
const httpToStdio: Topology = async (fixture) => {
  const governed = openGoverned();
  return throughEndpoint(stdioLeg(governed, stdioCommand(fixture)), () => governed.close());
};

/** A client over HTTP, a server over HTTP. */
const httpToHttp: Topology = async (fixture) => {
  const governed = openGoverned();
  const server = await serveFixture(fixture);
  return throughEndpoint(httpLeg(governed, server.url), async () => {
    governed.close();
    await server.close();
  });
};

/** A client on stdio, a server on stdio: through the whole app. */
const bridgeToStdio: Topology = async (fixture) => {
  const way = await bridgeIntoApp(stdioCommand(fixture));
  await primeTools(way.bridge, fixture);
  return throughEndpoint(plainLeg(way.bridge), () => way.close());
};

/** A client on stdio, a server over HTTP: through the whole app. */
const bridgeToHttp: Topology = async (fixture) => {
  const server = await serveFixture(fixture);
  const way = await bridgeIntoApp({ url: server.url });
  await primeTools(way.bridge, fixture);
  return throughEndpoint(plainLeg(way.bridge), async () => {
    await way.close();
    await server.close();
  });
};

/** Every way, by the name it has in tables. */
export const topologies = {
  direct,
  'endpoint only': endpointOnly,
  'http->stdio': httpToStdio,
  'http->http': httpToHttp,
  'bridge->stdio': bridgeToStdio,
  'bridge->http': bridgeToHttp,
} satisfies Record<string, Topology>;
