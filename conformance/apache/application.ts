/** The application behind Apache: it knows who calls by what Apache tells it in headers, and answers with them. */
import { listenAnywhere } from '../api.ts';

interface Application {
  readonly origin: string;
  close(): Promise<void>;
}

export const startApplication = async (): Promise<Application> => {
  const listening = await listenAnywhere();
  listening.serve((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.headers));
  });
  return listening;
};
