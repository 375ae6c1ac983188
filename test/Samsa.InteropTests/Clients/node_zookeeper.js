// What a program on Node.js does with ZooKeeper, by node-zookeeper-client: every step prints a line. The argument is host:port.
const zookeeper = require('node-zookeeper-client');
const client = zookeeper.createClient(process.argv[2], { sessionTimeout: 30000 });
const { CreateMode, Exception, ACL, Permission, Id } = zookeeper;

const call = (method, ...args) => new Promise((resolve, reject) =>
  client[method](...args, (error, ...results) => (error ? reject(error) : resolve(results))));
const fails = async (code, method, ...args) => {
  try {
    await call(method, ...args);
  } catch (error) {
    return error.getCode() === code;
  }
  return false;
};
const ok = (step, right) => {
  if (!right) {
    console.log(`wrong: ${step}`);
    process.exit(1);
  }
  console.log(`ok ${step}`);
};
const event = () => {
  let tell;
  const told = new Promise(resolve => { tell = resolve; });
  return [told, tell];
};

client.once('connected', async () => {
  try {
    ok('create', (await call('create', '/js', Buffer.from('one'), ACL.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))[0] === '/js');
    ok('create again', await fails(Exception.NODE_EXISTS, 'create', '/js'));
    ok('sequential', (await call('create', '/js/s-', null, ACL.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL))[0] === '/js/s-0000000000');
    const [changed, onChange] = event();
    const [data, stat] = await call('getData', '/js', onChange);
    ok('get', data.toString() === 'one' && stat.version === 0 && stat.numChildren === 1);
    await call('setData', '/js', Buffer.from('two'), 0);
    const change = await changed;
    ok('event', change.getName() === 'NODE_DATA_CHANGED' && change.getPath() === '/js');
    ok('old version', await fails(Exception.BAD_VERSION, 'setData', '/js', Buffer.from('x'), 0));
    const [appeared, onAppear] = event();
    ok('missing', (await call('exists', '/js/new', onAppear))[0] === null);
    await call('create', '/js/new');
    ok('appeared', (await appeared).getName() === 'NODE_CREATED');
    const [children] = await call('getChildren', '/js');
    ok('children', children.sort().join() === 'new,s-0000000000');
    const results = await new Promise((resolve, reject) => client.transaction()
      .create('/js/t', Buffer.from('t')).check('/js', 1).remove('/js/new').commit((error, all) => (error ? reject(error) : resolve(all))));
    ok('transaction', results.length === 3);
    const failed = await new Promise(resolve => client.transaction()
      .create('/js/t2').check('/js', 7).commit(error => resolve(error)));
    ok('transaction that fails', failed.getCode() === Exception.BAD_VERSION && (await call('exists', '/js/t2'))[0] === null);
    client.addAuthInfo('digest', Buffer.from('bob:secret'));
    await call('create', '/js/own', null, [new ACL(Permission.ALL, new Id('auth', ''))], CreateMode.PERSISTENT);
    const [acls] = await call('getACL', '/js/own');
    ok('acl', acls[0].id.id === 'bob:fyVmFCwVbTJYrznoSu1koqYEYF0=');
    await call('mkdirp', '/js/a/b/c');
    ok('mkdirp', (await call('exists', '/js/a/b/c'))[0] !== null);
    ok('not empty', await fails(Exception.NOT_EMPTY, 'remove', '/js', -1));
    client.close();
  } catch (error) {
    console.log(`failed: ${error.stack}`);
    process.exit(1);
  }
});
client.connect();
