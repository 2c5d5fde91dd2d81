import './approval.css';
import { createRoot } from 'react-dom/client';
import type { PageApi } from '../../shared/ipc.ts';
import { latest } from '../latest.ts';
import { ApprovalWindow } from './approval-window.tsx';

const api = window.airlock as PageApi<'approval'>;
const approvals = latest(api.onApprovals, () => api.getApprovals({}));
const root = document.getElementById('root');
if (!root) throw new Error('The page has no element #root.');
createRoot(root).render(<ApprovalWindow api={api} approvals={approvals} />);
